"""Named advisory locks in PostgreSQL: each name is a lock of its own, shared by every process of the site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

CATALOGUE_IMPORT = "catalogue import"
MODEL_REBUILD = "model rebuild"


def key_of(name: str) -> int:
    """The lock's number in PostgreSQL: 64 bits of a hash, so that no two names meet by chance."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def lock_in_transaction(name: str) -> None:
    """Wait for the lock, and hold it until the transaction ends."""
    _select("pg_advisory_xact_lock", name)


def try_lock_in_transaction(name: str) -> bool:
    """Whether the lock was free; then it is held until the transaction ends."""
    return bool(_select("pg_try_advisory_xact_lock", name))


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Whether the lock was free; then it is held for the block, across transactions."""
    is_held = bool(_select("pg_try_advisory_lock", name))
    try:
        yield is_held
    finally:
        if is_held:
            _select("pg_advisory_unlock", name)


def _select(function: str, name: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [key_of(name)])
        return cursor.fetchone()[0]
