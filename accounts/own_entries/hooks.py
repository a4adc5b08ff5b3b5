from typing import Any

from django.dispatch import receiver

from accounts.models import OwnEntry, User
from accounts.own_entries.joining import join_own
from accounts.personal_data import register_personal_data
from accounts.signals import sight_changed

register_personal_data(
    "own_entries",
    lambda user: OwnEntry.objects.filter(user=user),
    *("name", "kind", "ids", "year", "format", "parts", "status", "score", "progress", "volumes"),
    *("started_on", "finished_on", "rewatches", "rewatched_on", "tags", "notes", "visibility"),
    *("created_at", "updated_at"),
)


@receiver(sight_changed, dispatch_uid="join_own_entries_in_sight")
def join_entries_in_sight(user_id: int, **_: Any) -> None:
    """Move own entries to titles that the member sees now."""
    join_own(User.objects.get(pk=user_id))
