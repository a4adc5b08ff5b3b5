"""Rows as they are kept: plain data under the row's own key, with a digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.precedence import FIELDS, require_source
from catalog.models import ExternalId, SourceRecord

Provider = ExternalId.Provider
PROVIDERS = tuple(map(str, Provider))  # most trusted first
# Catalogues with ids of their own: two of their rows with different ids are never the same title.
OWN_PROVIDERS: dict[str, str] = {
    **dict.fromkeys(
        ("myanimelist", "jikan", "mal-2020", "synopses", "sample", "myanimelist-page", "shikimori"), Provider.MAL
    ),
    "anilist": Provider.ANILIST,
    "kitsu": Provider.KITSU,
    **dict.fromkeys(("anidb", "anidb-page"), Provider.ANIDB),
    "anisearch-page": Provider.ANISEARCH,
    "livechart-page": Provider.LIVECHART,
}
LISTS = ("synonyms", "tags", "studios", "relations")
DECODERS = {
    "started_on": PartialDate.parse,
    "ended_on": PartialDate.parse,
    "broadcast_time": time.fromisoformat,
    "next_airing_at": datetime.fromisoformat,
}
STALE_AIRING = timedelta(days=7)  # a next airing this long ago says nothing any more
Data = dict[str, Any]


@dataclass(frozen=True)
class Incoming:
    """A row to import, as it will be kept."""

    row: SourceTitle
    key: str
    data: Data
    digest: bytes

    @classmethod
    def of(cls, row: SourceTitle) -> Incoming:
        require_source(row.source)
        data = data_of(row)
        text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return cls(row, key_of(row), data, blake2b(text.encode(errors="replace"), digest_size=16).digest())

    @cached_property
    def id(self) -> tuple[str, str]:
        return self.row.source, self.key


def key_of(row: SourceTitle) -> str:
    """Return the row's own id as "provider:value": its catalogue's, else the most trusted of its ids."""
    own = OWN_PROVIDERS.get(row.source)
    provider = next((one for one in (own, *PROVIDERS) if one in row.external_ids), None)
    return f"{provider}:{row.external_ids[str(provider)]}" if provider else f"name:{row.name} {row.year or ''}"[:160]


def data_of(row: SourceTitle) -> Data:
    """Return the row's known values as JSON has them."""
    data: Data = {"ids": row.external_ids}
    for field in FIELDS:
        value = getattr(row, field)
        if value is not None:
            data[field] = value.isoformat() if isinstance(value, (date, time)) else _plain(value)
    lists = {
        "synonyms": list(row.synonyms),
        "tags": [[tag.name, tag.kind, tag.is_adult] for tag in row.tags],
        "studios": list(row.studios),
        "relations": [[relation.provider, relation.value, str(relation.kind)] for relation in row.relations],
    }
    return data | {name: values for name, values in lists.items() if values}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (PartialDate, str)) else value


def value_of(data: Mapping[str, Any], field: str) -> Any:
    """Return the value of a field as Python has it; None if the source doesn't have it."""
    value = data.get(field)
    return DECODERS[field](value) if value is not None and field in DECODERS else value


def names_of(data: Data) -> Iterable[str]:
    return filter(
        None, [data.get("name"), data.get("name_english"), data.get("name_native"), *data.get("synonyms", ())]
    )


def updated(record: SourceRecord, incoming: Incoming, as_of: datetime | None, now: datetime) -> bool:
    """Bring a record up to date with a row. Return whether any value changed.

    A row may have only some of the values, so others stay, with their date. An older row only fills gaps.
    """
    is_older = bool(record.as_of and as_of and as_of < record.as_of)
    before = dict(record.data)
    if is_older:
        filled = {field: value for field, value in incoming.data.items() if field not in before}
        record.data = filled | before
        record.dates |= {field: _text(as_of) for field in filled}
    else:
        kept = before.keys() - incoming.data.keys()
        record.dates = {field: record.dates.get(field, _text(record.as_of)) for field in kept}
        record.data = before | incoming.data
        record.as_of, record.digest = as_of, incoming.digest
    record.seen_at = now
    if record.data == before:
        return False
    record.changed_at = now
    return True


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def date_of(record: SourceRecord, field: str) -> datetime | None:
    """Return when the source said so; None if unknown."""
    if field not in record.dates:
        return record.as_of
    return datetime.fromisoformat(record.dates[field]) if record.dates[field] else None
