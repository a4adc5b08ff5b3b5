"""pgvector, where PostgreSQL has it: indices over vectors that are stored as ordinary arrays.

Without it, what compares vectors is absent. When it is installed later, `prepare` finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from catalog.index.titles import title_index
from catalog.models import Relation, Title
from catalog.viewers import Viewer

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


def neighbours(title: Title, nearest: Sequence[int], viewer: Viewer) -> Iterator[Title]:
    """Yield those of the nearest titles that the viewer may see: one of each franchise, none of the title's own, and
    nothing that it is related to, such as the manga that it was made from."""
    index = title_index()
    pairs = Relation.objects.filter(Q(from_title=title) | Q(to_title=title)).values_list("from_title", "to_title")
    related = {pk for pair in pairs for pk in pair}
    places = index.places_of(pk for pk in nearest if pk not in related)
    ids = index.ids[places[index.visible_to(viewer)[places]]].tolist()
    cards = Title.objects.for_cards().in_bulk(ids)
    seen = {title.franchise_entry_id or title.pk}
    for card in (cards[pk] for pk in ids if pk in cards):
        franchise = card.franchise_entry_id or card.pk
        if franchise not in seen:
            seen.add(franchise)
            yield card
