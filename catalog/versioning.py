"""The catalogue's version, part of the cache key of everything derived from titles."""

import time
from uuid import uuid4

from django.core.cache import cache
from django.db import transaction

KEY = "catalog:version"
REMEMBERED_SECONDS = 0.1
NEVER = ("", float("-inf"))

_last = NEVER


def catalogue_version() -> str:
    """Return the version, which changes with the catalogue or when evicted from the cache.

    It is remembered for a moment, because one page asks for it several times.
    """
    global _last
    version, read_at = _last
    if time.monotonic() - read_at > REMEMBERED_SECONDS:
        version = str(cache.get_or_set(KEY, lambda: uuid4().hex, timeout=None))
        _last = (version, time.monotonic())
    return version


def catalogue_changed() -> None:
    """Mark the catalogue as changed on commit. Call this in the transaction that changes titles."""
    transaction.on_commit(forget)


def forget() -> None:
    """Drop the version, so that the next request starts another one."""
    global _last
    cache.delete(KEY)
    _last = NEVER
