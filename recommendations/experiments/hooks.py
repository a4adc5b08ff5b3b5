from typing import Any

from django.db.models import Exists, OuterRef
from django.dispatch import receiver

from accounts.personal_data import register_personal_data
from catalog.titles.merging import title_merging
from recommendations.experiments import collecting  # noqa: F401  (connects the list signal)
from recommendations.models import Outcome, WidgetEvent

register_personal_data(
    "events",
    lambda user: WidgetEvent.objects.filter(member=user),
    *("at", "widget", "kind", "title_id", "position", "variant"),
)
register_personal_data("outcomes", lambda user: Outcome.objects.filter(member=user), "at", "metric", "title_id")


@receiver(title_merging, dispatch_uid="events_of_merged_titles")
def move_events(kept_id: int, dropped_id: int, **_: Any) -> None:
    """Move events and outcomes of a title to the one it is merged into, with one outcome of each kind a member."""
    WidgetEvent.objects.filter(title_id=dropped_id).update(title_id=kept_id)
    same = Outcome.objects.filter(title_id=kept_id, member=OuterRef("member"), metric=OuterRef("metric"))
    outcomes = Outcome.objects.filter(title_id=dropped_id)
    outcomes.filter(Exists(same)).delete()
    outcomes.update(title_id=kept_id)
