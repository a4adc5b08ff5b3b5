"""Cached URL patterns for links that repeat on a page."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=50_000)
def address_of(view: str, *arguments: int | str) -> str:
    """Return `reverse` from a cache: uncached, it would take a tenth of a card page's render time."""
    return reverse(view, args=arguments)
