from accounts.personal_data import register_personal_data
from recommendations.experiments import collecting  # noqa: F401  (connects the list signal)
from recommendations.models import Outcome, WidgetEvent

register_personal_data(
    "events",
    lambda user: WidgetEvent.objects.filter(member=user),
    *("at", "widget", "kind", "title_id", "position", "variant"),
)
register_personal_data("outcomes", lambda user: Outcome.objects.filter(member=user), "at", "metric", "title_id")
