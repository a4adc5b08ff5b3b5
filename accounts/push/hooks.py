from typing import Any

from django.dispatch import receiver

from accounts.models import PushSubscription, User
from accounts.personal_data import register_personal_data
from accounts.signals import access_ended, signed_out

register_personal_data(
    "push_devices",
    lambda user: PushSubscription.objects.filter(user=user),
    *("name", "created_at", "last_success_at"),
)


@receiver(signed_out, dispatch_uid="end_push")
def end_push(user_id: int, session_key: str, **_: Any) -> None:
    """A browser that has logged out, or was logged out, shows nothing of the member's any more."""
    if session_key:
        PushSubscription.objects.filter(user=user_id, session_key=session_key).delete()


@receiver(access_ended, dispatch_uid="end_all_push")
def end_all_push(user: User, **_: Any) -> None:
    PushSubscription.objects.filter(user=user).delete()
