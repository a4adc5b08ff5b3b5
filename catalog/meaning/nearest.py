"""Titles by the vectors of their sentences, and by their words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from catalog.meaning.vector_index import AS_VECTOR
from catalog.models.meaning import N_VALUES
from catalog.vectors import literal

NEAREST = 300  # sentences
FEW = 1_500  # titles of which every sentence is compared
SENTENCES = f"""
    SELECT title_id, text, -({AS_VECTOR} <#> %(vector)s::halfvec({N_VALUES}))
    FROM catalog_synopsissentence {{where}}
    ORDER BY {AS_VECTOR} <#> %(vector)s::halfvec({N_VALUES}) LIMIT {NEAREST}
"""
EVERY_SENTENCE = SENTENCES.format(where="")
THEIR_SENTENCES = SENTENCES.format(where="WHERE title_id = ANY(%(ids)s)")
# Any of the words will do: a question has many, and no synopsis all of them. A rare word counts more than a common one,
# and a word that is said again only a little more, as in BM25 (Robertson and Zaragoza 2009).
WORDS = """
    WITH word AS MATERIALIZED (
        SELECT CAST(quote_literal(lexeme) AS tsquery) AS query FROM unnest(to_tsvector('english', %s))
    ), hit AS MATERIALIZED (
        SELECT word.query, title_id, ts_rank('{0.1, 0.5, 0.7, 1.0}', words, word.query) AS rank
        FROM word JOIN catalog_titletext ON words @@ word.query
    ), rarity AS (SELECT query, ln(1 + 20000.0 / count(*)) AS weight FROM hit GROUP BY query)
    SELECT title_id FROM hit JOIN rarity USING (query)
    GROUP BY title_id ORDER BY sum(weight * rank / (rank + 0.1)) DESC, title_id LIMIT %s
"""
DESCRIPTIONS = f"""
    SELECT title_id, -({AS_VECTOR} <#> %(vector)s::halfvec({N_VALUES})) FROM catalog_titletext
    WHERE vector IS NOT NULL ORDER BY {AS_VECTOR} <#> %(vector)s::halfvec({N_VALUES}) LIMIT %(n)s
"""


@dataclass(frozen=True)
class Near:
    """A title's sentence that is nearest to a question. likeness: −1 to 1."""

    title_id: int
    text: str
    likeness: float


def nearest_sentences(vector: Sequence[float], title_ids: Collection[int] | None = None) -> list[Near]:
    """Return the nearest sentence of each title near the vector, nearest first. title_ids: few titles to search in."""
    values: dict[str, Any] = {"vector": literal(vector), "ids": list(title_ids or ())}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {NEAREST}")
        cursor.execute(EVERY_SENTENCE if title_ids is None else THEIR_SENTENCES, values)
        best: dict[int, Near] = {}
        for row in cursor:
            best.setdefault(row[0], Near(*row))
    return list(best.values())


def titles_with_words(question: str, limit: int) -> list[int]:
    """Return the titles with most of the question's words; names weigh more than tags, and tags than synopses."""
    with connection.cursor() as cursor:
        cursor.execute(WORDS, [question, limit])
        return [title_id for (title_id,) in cursor]


def nearest_descriptions(vector: Sequence[float], limit: int) -> list[tuple[int, float]]:
    """Return (title ID, likeness) of the nearest synopses as a whole, nearest first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {min(max(limit, 40), 1000)}")
        cursor.execute(DESCRIPTIONS, {"vector": literal(vector), "n": limit})
        return list(cursor.fetchall())
