"""The index of pgvector over looks. Without it, titles have no section "Similar covers"."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from catalog import vectors
from catalog.models.looks import N_LOOK
from catalog.vectors import VectorIndex, literal

LOOKS = VectorIndex("title_by_look", "catalog_coverlook", N_LOOK, nullable=True)
NEAREST = f"""
    SELECT title_id FROM catalog_coverlook
    WHERE vector IS NOT NULL ORDER BY {LOOKS.as_vector} <#> %s::halfvec({N_LOOK}) LIMIT %s
"""


def prepare() -> bool:
    """Create what is missing, see `vectors.prepare`."""
    return vectors.prepare([LOOKS])


def is_available() -> bool:
    return vectors.is_available([LOOKS])


def nearest_looks(vector: Sequence[float], limit: int) -> list[int]:
    """Return the IDs of the titles whose covers look most like the vector's, nearest first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {min(max(limit, 40), 1000)}")
        cursor.execute(NEAREST, [literal(vector), limit])
        return [title_id for (title_id,) in cursor]
