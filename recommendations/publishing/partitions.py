"""A partition of the table of recommendations for each model version: it is dropped at once and leaves no dead rows.

Partitions only save work. If a lock can't be had, rows go to the default partition, or are deleted one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from recommendations.models import MemberRecommendations, ModelVersion

logger = logging.getLogger(__name__)

TABLE = MemberRecommendations._meta.db_table
LOCK_TIMEOUT = "3s"  # requests that read the table wait behind us
PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"


def add_partition(version: ModelVersion) -> None:
    """Give the version a partition, if it has none."""
    name = _name(version.pk)
    with _locks_are_optional(name), transaction.atomic(), connection.cursor() as cursor:
        if name in partitions():
            return
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING CONSTRAINTS)")
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES IN ({version.pk})")


def drop_partitions(kept: set[int]) -> None:
    """Drop the partitions of all versions but these."""
    for name in partitions() - {_name(pk) for pk in kept} - {f"{TABLE}_default"}:
        with _locks_are_optional(name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            cursor.execute(f"DROP TABLE {name}")


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [TABLE])
        return {name for (name,) in cursor.fetchall()}


@contextmanager
def _locks_are_optional(name: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        logger.warning("%s: %s", name, str(error).partition("\n")[0])


def _name(pk: int) -> str:
    return f"{TABLE}_{pk}"
