"""One refresh of a member's row for a burst of changes: whoever claims it queues it."""

from __future__ import annotations

from django.core.cache import cache

WAIT_SECONDS = 5  # changes within this time share one task
LOST_SECONDS = 60  # after this a task that never ran no longer holds back the next


def claim(user_id: int) -> bool:
    """Whether the caller is to queue the refresh: False while one is waiting."""
    return cache.add(_key(user_id), True, LOST_SECONDS)


def release(user_id: int) -> None:
    """Call before the list is read: changes from here on need a refresh of their own."""
    cache.delete(_key(user_id))


def _key(user_id: int) -> str:
    return f"refresh:{user_id}"
