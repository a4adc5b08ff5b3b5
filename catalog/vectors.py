"""pgvector, where PostgreSQL has it: indices over vectors that are stored as ordinary arrays.

Without it, what compares vectors is absent. When it is installed later, `prepare` finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

EXTENSION = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_available_extension_versions WHERE name = 'vector' AND version >= '0.8') THEN
            CREATE EXTENSION IF NOT EXISTS vector;
            {indices}
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING 'vector: %', SQLERRM;
    END $$
"""


@dataclass(frozen=True)
class VectorIndex:
    """An HNSW index over the column `vector` of a table, an array of `n_values` numbers. nullable: or NULL."""

    name: str
    table: str
    n_values: int
    nullable: bool = False

    @property
    def as_vector(self) -> str:
        """The column as queries must write it, so that they use the index."""
        return f"vector::halfvec({self.n_values})"

    @property
    def creation(self) -> str:
        known = " WHERE vector IS NOT NULL" if self.nullable else ""
        columns = f"USING hnsw ((({self.as_vector})) halfvec_ip_ops)"
        return f"CREATE INDEX IF NOT EXISTS {self.name} ON {self.table} {columns}{known};"


def prepare(indices: Sequence[VectorIndex]) -> bool:
    """Create the extension and the indices, if PostgreSQL has it and they are missing. Return whether they exist."""
    if not is_available(indices):
        with connection.cursor() as cursor:
            cursor.execute(EXTENSION.replace("{indices}", " ".join(index.creation for index in indices)))
    return is_available(indices)


def is_available(indices: Sequence[VectorIndex]) -> bool:
    names = [index.name for index in indices]
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_and(to_regclass(n) IS NOT NULL) FROM unnest(%s::text[]) AS n", [names])
        return bool(cursor.fetchone()[0])


def literal(vector: Iterable[float]) -> str:
    """Return the vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.5f}" for value in vector) + "]"
