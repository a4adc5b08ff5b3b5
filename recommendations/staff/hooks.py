from accounts.personal_data import register_personal_data
from recommendations.models import (
    ActiveDay,
    MemberRecommendations,
    MemberSegment,
    Outcome,
    PredictionOutcome,
    WidgetEvent,
)
from recommendations.staff import jobs  # noqa: F401  (connects Celery's signals)

register_personal_data("active_days", lambda user: ActiveDay.objects.filter(member=user), "day")
register_personal_data(
    "events",
    lambda user: WidgetEvent.objects.filter(member=user),
    *("at", "widget", "kind", "title_id", "position", "variant"),
)
register_personal_data("outcomes", lambda user: Outcome.objects.filter(member=user), "at", "metric", "title_id")
register_personal_data(
    "predictions",
    lambda user: PredictionOutcome.objects.filter(user=user),
    *("title__name", "predicted", "score", "at"),
)
register_personal_data(
    "computed_recommendations",
    lambda user: MemberRecommendations.objects.filter(user=user),
    *("computed_at", "n_inputs", "title_ids", "predicted"),
)
register_personal_data("segments", lambda user: MemberSegment.objects.filter(user=user), "segment", "x", "y")
