from accounts.personal_data import register_personal_data
from recommendations.models import ActiveDay, PredictionOutcome

register_personal_data("active_days", lambda user: ActiveDay.objects.filter(member=user), "day")
register_personal_data(
    "predictions",
    lambda user: PredictionOutcome.objects.filter(user=user),
    *("title__name", "predicted", "score", "at"),
)
