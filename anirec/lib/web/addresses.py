"""Cached URL patterns for links that repeat on a page."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=50_000)
def address_of(view: str, which: int | str) -> str:
    """Return a cached `reverse`, which would take a tenth of a card page's time."""
    return reverse(view, args=[which])
