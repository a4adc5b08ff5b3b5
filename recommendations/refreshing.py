"""After a member's list changed: write their row anew, once for a burst of changes."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.dispatch import receiver

from accounts.signals import list_changed

WAIT_SECONDS = 5  # changes within this time share one task
LOST_SECONDS = 60  # after this a task that never ran no longer holds back the next


@receiver(list_changed, dispatch_uid="refresh_recommendations")
def request_refresh(user_id: int, **_: Any) -> None:
    """Ask a worker for the member's new row, unless one was asked for already and has not begun."""
    from recommendations.tasks import refresh_member

    if cache.add(_key(user_id), True, LOST_SECONDS):
        refresh_member.apply_async(kwargs={"user_id": user_id}, countdown=WAIT_SECONDS)


def may_wait_again(user_id: int) -> None:
    """To be called before the list is read: changes from here on need a task of their own."""
    cache.delete(_key(user_id))


def _key(user_id: int) -> str:
    return f"refresh:{user_id}"
