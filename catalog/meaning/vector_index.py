"""pgvector, where PostgreSQL has it: indices over vectors that are stored as ordinary arrays.

Without it, search by meaning is one by names, tags and words. When it is installed later, `prepare` finds it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from catalog.models import SynopsisSentence
from catalog.models.meaning import N_VALUES

INDICES = {"sentence_by_meaning": "catalog_synopsissentence", "title_by_description": "catalog_titletext"}
AS_VECTOR = f"vector::halfvec({N_VALUES})"  # written as in the indices, so that they are used
CREATE = f"""
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_available_extension_versions WHERE name = 'vector' AND version >= '0.8') THEN
            CREATE EXTENSION IF NOT EXISTS vector;
            {
    " ".join(
        f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING hnsw ((({AS_VECTOR})) halfvec_ip_ops);"
        for name, table in INDICES.items()
    )
}
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING 'vector: %', SQLERRM;
    END $$
"""


def prepare() -> bool:
    """Create the extension and the indices, if PostgreSQL has it and they are missing. Return whether they exist."""
    if not is_available():
        with connection.cursor() as cursor:
            cursor.execute(CREATE)
    return is_available()


def has_vectors() -> bool:
    """Return whether there is something to compare a question with."""
    return is_available() and SynopsisSentence.objects.exists()


def is_available() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_and(to_regclass(n) IS NOT NULL) FROM unnest(%s::text[]) AS n", [list(INDICES)])
        return bool(cursor.fetchone()[0])


def literal(vector: Iterable[float]) -> str:
    """Return the vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.5f}" for value in vector) + "]"
