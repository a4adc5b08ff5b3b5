"""Named PostgreSQL advisory locks, shared by all processes of the site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

BROADCASTS = "broadcasts"
CATALOGUE_IMPORT = "catalogue import"
MODEL_REBUILD = "model rebuild"
SYNOPSES = "synopses"


def key_of(name: str) -> int:
    """Return the lock's number in PostgreSQL: a 64-bit hash of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def lock_in_transaction(name: str) -> None:
    """Wait for the lock, and hold it until the transaction ends."""
    _select("pg_advisory_xact_lock", name)


def try_lock_in_transaction(name: str) -> bool:
    """Try to take the lock until the transaction ends. Return whether it was free."""
    return bool(_select("pg_try_advisory_xact_lock", name))


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Try to hold the lock for the block, across transactions. Yield whether it was free."""
    is_acquired = bool(_select("pg_try_advisory_lock", name))
    try:
        yield is_acquired
    finally:
        if is_acquired:
            _select("pg_advisory_unlock", name)


def _select(function: str, name: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [key_of(name)])
        return cursor.fetchone()[0]
