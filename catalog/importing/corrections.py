"""What staff do with sources: merge titles that are one work, and see where sources disagree."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.franchises.grouping import refresh_franchises
from catalog.importing.composing import contradictions_in
from catalog.importing.precedence import FIELDS
from catalog.importing.scales import refresh_scales
from catalog.importing.writer import CatalogueWriter, load_states
from catalog.models import SourceRecord, Title
from catalog.search.index import refresh_words
from catalog.titles.merging import merge_titles
from catalog.versioning import catalogue_changed

# Numbers of different communities, and texts in different words, are no contradiction.
COMPARED = tuple(
    field
    for field in FIELDS
    if field not in ("score", "scored_by", "members", "score_counts", "synopsis", "cover_url", "next_airing_at")
)


@dataclass(frozen=True)
class Claim:
    """What one source says, and when. is_chosen: the title has this source's value."""

    source: str
    value: Any
    as_of: datetime | None
    is_chosen: bool


@dataclass(frozen=True)
class Contradiction:
    """A field of which sources say different things."""

    title: Title
    field: str
    claims: list[Claim]


def contradictions(title_ids: Collection[int]) -> list[Contradiction]:
    """Return what the sources of these titles disagree on, with two queries."""
    titles = Title.objects.defer("search_lexemes", "synopsis").in_bulk(list(title_ids))
    records: dict[int, list[SourceRecord]] = {pk: [] for pk in titles}
    for record in SourceRecord.objects.filter(title__in=titles).order_by("source", "key"):
        records[record.title_id].append(record)
    return [
        Contradiction(
            titles[pk],
            field,
            [
                Claim(one.source, one.value, one.as_of, one.source == titles[pk].field_sources.get(field))
                for one in candidates
            ],
        )
        for pk, some in records.items()
        for field, candidates in contradictions_in(some, COMPARED)
    ]


def merge_into(kept_id: int, dropped_ids: Collection[int]) -> None:
    """Merge titles into one, and choose its values from the records of all. Raise Title.DoesNotExist."""
    with transaction.atomic():
        for dropped_id in dropped_ids:
            merge_titles(kept_id, dropped_id)
        recompose([kept_id])
        refresh_franchises()


def recompose(title_ids: Collection[int]) -> None:
    """Choose every value of these titles anew from their records."""
    with transaction.atomic():
        writer, states = CatalogueWriter(), load_states(title_ids)
        writer.prepare(record for state in states.values() for record in state.records)
        for state in states.values():
            state.compose((), writer, timezone.now())
        writer.write(states.values(), timezone.now())
        if writer.renamed:
            refresh_words(writer.renamed)
        if writer.changed:
            refresh_scales(writer.changed)
            catalogue_changed()
