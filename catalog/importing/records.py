"""Rows as they are kept: plain data under the row's own key, with a digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from anirec.lib.partial_dates import PartialDate
from catalog.importing import parsers
from catalog.importing.parsers.base import SourceTitle, UnreadRow
from catalog.importing.precedence import FIELDS, require_source
from catalog.models import ExternalId, SourceRecord
from catalog.titles.external_ids import provider_and_space

Provider = ExternalId.Provider
PROVIDERS = tuple(map(str, Provider))  # most trusted first
# Catalogues with ids of their own: two of their rows with different ids are never the same title.
OWN_PROVIDERS: dict[str, str] = {
    **dict.fromkeys(
        (
            *("myanimelist", "jikan", "mal-2020", "mal-manga", "relations", "synopses", "sample", "myanimelist-page"),
            "shikimori",
        ),
        Provider.MAL,
    ),
    "anilist": Provider.ANILIST,
    "kitsu": Provider.KITSU,
    **dict.fromkeys(("anidb", "anidb-page"), Provider.ANIDB),
    "anisearch-page": Provider.ANISEARCH,
    "livechart-page": Provider.LIVECHART,
}
DETAILS = ("links", "themes", "trailer", "ranks", "status_counts")  # which a title's page reads from here
DECODERS = {
    "started_on": PartialDate.parse,
    "ended_on": PartialDate.parse,
    "broadcast_time": time.fromisoformat,
    "next_airing_at": datetime.fromisoformat,
}
STALE_AIRING = timedelta(days=7)  # a next airing this long ago says nothing any more
Data = dict[str, Any]


@dataclass
class Incoming:
    """A row to import: its own key, and a digest by which an unchanged one is recognised."""

    source: str
    number: int
    external_ids: dict[str, str]
    key: str
    digest: bytes
    parse: Callable[[list[str]], SourceTitle]
    remarks: list[str] = field(default_factory=list)  # on values that `parse` left out

    @classmethod
    def of(cls, row: SourceTitle | UnreadRow) -> Incoming:
        """Return the row. Raise UnknownSourceError for a source without a place in the orders."""
        require_source(row.source)
        key = key_of(row.source, row.external_ids)
        if isinstance(row, UnreadRow):
            digest = blake2b(row.digest + parsers_digest(), digest_size=16).digest()
            return cls(row.source, row.row, row.external_ids, key, digest, row.parse)
        one = cls(row.source, row.row, row.external_ids, key, b"", lambda _remarks: row)
        text = json.dumps(one.data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        one.digest = blake2b(text.encode(errors="replace"), digest_size=16).digest()
        return one

    @property
    def id(self) -> tuple[str, str]:
        return self.source, self.key

    @cached_property
    def row(self) -> SourceTitle:
        """The parsed row. Raise ValueError if it's bad."""
        return self.parse(self.remarks)

    @cached_property
    def data(self) -> Data:
        return data_of(self.row)


@lru_cache(maxsize=1)
def parsers_digest() -> bytes:
    """Return the digest of our parsers, which may read the same row differently one day."""
    folder = Path(parsers.__file__).parent
    return blake2b(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py"))), digest_size=12).digest()


def key_of(source: str, external_ids: Mapping[str, str]) -> str:
    """Return the row's own id as "provider:value": its catalogue's, else the most trusted of its ids."""
    own = OWN_PROVIDERS.get(source)
    provider = min(external_ids, key=lambda name: (provider_of(name) != own, place_of_provider(name)), default="none")
    return f"{provider}:{external_ids.get(provider, '')}"[:160]


def provider_of(name: str) -> str:
    return provider_and_space(name)[0]


def place_of_provider(name: str) -> tuple[int, str]:
    """Return the sort key of a provider, with or without the space of its ids: most trusted first, unknown last."""
    provider = provider_of(name)
    return PROVIDERS.index(provider) if provider in PROVIDERS else len(PROVIDERS), name


def plain_ids(external_ids: Mapping[str, str]) -> dict[str, str]:
    """Return the ids by provider, without the space."""
    return {provider_of(name): value for name, value in external_ids.items()}


def data_of(row: SourceTitle) -> Data:
    """Return the row's known values as JSON has them."""
    data: Data = {"ids": row.external_ids}
    for name in FIELDS:
        value = getattr(row, name)
        if value is not None:
            data[name] = value.isoformat() if isinstance(value, (date, time)) else _plain(value)
    lists = {
        "synonyms": list(row.synonyms),
        "tags": [[tag.name, tag.kind, tag.is_adult] for tag in row.tags],
        "studios": list(row.studios),
        "producers": list(row.producers),
        "relations": [[relation.provider, relation.value, str(relation.kind)] for relation in row.relations],
        **{name: [list(one) for one in getattr(row, name)] for name in ("credits", "streams", "links", "themes")},
        "ranks": row.ranks,
        "status_counts": row.status_counts,
        "trailer": row.trailer,
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


def details_in(record: SourceRecord) -> Data:
    return {name: record.data[name] for name in DETAILS if name in record.data}


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
