from typing import Any

from django.dispatch import receiver

from accounts.models import ScrobbleAddress, ScrobbledShow, ScrobbleEvent, User
from accounts.personal_data import register_personal_data
from accounts.signals import access_ended

register_personal_data(
    "scrobble_addresses",
    lambda user: ScrobbleAddress.objects.filter(user=user),
    *("name", "account", "created_at", "last_used_at"),
)
register_personal_data(
    "scrobbled_shows",
    lambda user: ScrobbledShow.objects.filter(user=user),
    *("name", "season", "last_episode", "state", "title", "updated_at"),
)
register_personal_data(
    "scrobble_events",
    lambda user: ScrobbleEvent.objects.filter(user=user),
    *("name", "season", "episode", "outcome", "title", "title_episode", "created_at"),
)


@receiver(access_ended, dispatch_uid="revoke_scrobble_addresses")
def revoke_addresses(user: User, **_: Any) -> None:
    ScrobbleAddress.objects.filter(user=user).delete()
