"""Fribb's map of ids: a JSON list of objects with a title's id in each catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson

from catalog.importing.parsers.base import RejectedRow, SourceTitle, parse_rows
from catalog.importing.parsers.services.answers import AnswerError, Fields
from catalog.importing.parsers.services.streams import decompressed, unreadable
from catalog.models.relations import ExternalId

SERVICE = "The id map"
Provider = ExternalId.Provider
NUMBERED = {
    "mal_id": Provider.MAL,
    "anilist_id": Provider.ANILIST,
    "kitsu_id": Provider.KITSU,
    "anidb_id": Provider.ANIDB,
    "animenewsnetwork_id": Provider.ANN,
    "livechart_id": Provider.LIVECHART,
    "anisearch_id": Provider.ANISEARCH,
    "simkl_id": Provider.SIMKL,
    "animecountdown_id": Provider.ANIMECOUNTDOWN,
}
NAMED = {"anime-planet_id": Provider.ANIME_PLANET, "notify.moe_id": Provider.NOTIFY}
SLUG = re.compile(r"[\w-]{1,120}")


def parse(stream: BinaryIO) -> Iterator[SourceTitle | RejectedRow]:
    """Yield a row for each object, while the file is read. Raise AnswerError if it isn't a list or is truncated."""
    with unreadable(SERVICE), decompressed(stream) as content:
        number = 0
        for number, item in enumerate(ijson.items(content, "item", use_float=True), start=1):
            yield from parse_rows([(number, item)], parse_ids)
        if not number:
            raise AnswerError(f"{SERVICE} holds no list of ids")


def parse_ids(number: int, item: Any) -> SourceTitle:
    """Return the ids of catalogues we know. Raise ValueError if fewer than two: they map nothing."""
    row = Fields(number, item, [])
    ids = {str(provider): row.identifier(key) for key, provider in NUMBERED.items()}
    ids |= {str(provider): row.read(slug, key) for key, provider in NAMED.items()}
    if sum(value is not None for value in ids.values()) < 2:
        raise ValueError("it names fewer than two catalogues we know")
    return row.title("id-map", ids)


def slug(value: Any) -> str | None:
    if value is None or SLUG.fullmatch(str(value)):
        return value if value is None else str(value)
    raise ValueError(f"{str(value)[:40]!r} is not an id")
