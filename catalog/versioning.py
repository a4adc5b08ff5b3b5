"""The catalogue's version: anything derived from titles and kept in a cache carries it in its key."""

from functools import partial
from uuid import uuid4

from django.core.cache import cache
from django.db import transaction

KEY = "catalog:version"


def catalogue_version() -> str:
    """Changes with the catalogue, and when the cache has forgotten it."""
    return str(cache.get_or_set(KEY, lambda: uuid4().hex, timeout=None))


def catalogue_changed() -> None:
    """To be called in the transaction that changes titles; takes effect when it is committed."""
    transaction.on_commit(partial(cache.delete, KEY))
