"""The catalogue's version, part of the cache key of everything derived from titles."""

from functools import partial
from uuid import uuid4

from django.core.cache import cache
from django.db import transaction

KEY = "catalog:version"


def catalogue_version() -> str:
    """Return the version, which changes with the catalogue or when evicted from the cache."""
    return str(cache.get_or_set(KEY, lambda: uuid4().hex, timeout=None))


def catalogue_changed() -> None:
    """Mark the catalogue as changed on commit. Call this in the transaction that changes titles."""
    transaction.on_commit(partial(cache.delete, KEY))
