"""Debounces refreshes: a burst of list changes queues one refresh of the member's recommendations."""

from __future__ import annotations

from django.core.cache import cache

WAIT_SECONDS = 5  # changes within this window share one task
LOST_SECONDS = 60  # a claim expires after this, in case its task is lost


def claim(user_id: int) -> bool:
    """Return whether the caller should queue a refresh: False while one is pending."""
    return cache.add(_key(user_id), True, LOST_SECONDS)


def release(user_id: int) -> None:
    """Drop the claim. Call before reading the list, so that later changes queue another refresh."""
    cache.delete(_key(user_id))


def _key(user_id: int) -> str:
    return f"refresh:{user_id}"
