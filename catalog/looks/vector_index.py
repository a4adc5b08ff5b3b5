"""The index of pgvector over looks, where PostgreSQL has it. Without it, titles have no section "Similar covers"."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from catalog.meaning.vector_index import literal
from catalog.models.looks import N_LOOK

NAME = "title_by_look"
AS_VECTOR = f"vector::halfvec({N_LOOK})"  # written as in the index, so that it is used
CREATE = f"""
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_available_extension_versions WHERE name = 'vector' AND version >= '0.8') THEN
            CREATE EXTENSION IF NOT EXISTS vector;
            CREATE INDEX IF NOT EXISTS {NAME} ON catalog_coverlook
                USING hnsw ((({AS_VECTOR})) halfvec_ip_ops) WHERE vector IS NOT NULL;
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING 'vector: %', SQLERRM;
    END $$
"""
NEAREST = f"""
    SELECT title_id FROM catalog_coverlook
    WHERE vector IS NOT NULL ORDER BY {AS_VECTOR} <#> %s::halfvec({N_LOOK}) LIMIT %s
"""


def prepare() -> bool:
    """Create the extension and the index, if PostgreSQL has it and they are missing. Return whether they exist."""
    if not is_available():
        with connection.cursor() as cursor:
            cursor.execute(CREATE)
    return is_available()


def is_available() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [NAME])
        return bool(cursor.fetchone()[0])


def nearest_looks(vector: Sequence[float], limit: int) -> list[int]:
    """Return the IDs of the titles whose covers look most like the vector's, nearest first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {min(max(limit, 40), 1000)}")
        cursor.execute(NEAREST, [literal(vector), limit])
        return [title_id for (title_id,) in cursor]
