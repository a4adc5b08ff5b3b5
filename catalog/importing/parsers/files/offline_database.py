"""manami-project's anime-offline-database: JSON with a `data` list (pretty or minified), or JSON Lines."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import (
    MAX_NAME,
    RejectedRow,
    Row,
    SourceRelation,
    SourceTag,
    SourceTitle,
    UnreadRow,
    parse_rows,
)
from catalog.importing.parsers.files.reading import json_rows
from catalog.models.relations import ExternalId, Relation

# Each provider's URL pattern for titles; group 1 is the title's id.
ADDRESSES: dict[str, str] = {
    ExternalId.Provider.MAL: r"myanimelist\.net/anime/(\d+)",
    ExternalId.Provider.ANILIST: r"anilist\.co/anime/(\d+)",
    ExternalId.Provider.KITSU: r"kitsu\.(?:io|app)/anime/([\w-]+)",
    ExternalId.Provider.ANIDB: r"anidb\.net/(?:anime/|a)(\d+)",
    ExternalId.Provider.ANIME_PLANET: r"anime-planet\.com/anime/([\w-]+)",
    ExternalId.Provider.ANN: r"animenewsnetwork\.com/encyclopedia/anime\.php\?id=(\d+)",
    ExternalId.Provider.LIVECHART: r"livechart\.me/anime/(\d+)",
    ExternalId.Provider.NOTIFY: r"notify\.moe/anime/([\w-]+)",
    ExternalId.Provider.ANISEARCH: r"anisearch\.com/anime/(\d+)",
    ExternalId.Provider.SIMKL: r"simkl\.com/anime/(\d+)",
    ExternalId.Provider.ANIMECOUNTDOWN: r"animecountdown\.com/(\d+)",
}
PATTERN = re.compile(r"https?://(?:www\.)?(?:" + "|".join(ADDRESSES.values()) + ")")
OF_GROUP = tuple(map(str, ADDRESSES))
SOURCE = "offline-database"
PLAIN = 2  # the version of marshal that gives equal rows equal bytes
UNKNOWN = "none of its sources is a catalogue we know"
NO_PICTURE = re.compile(r"no[_-]?pic|no-image|questionmark", re.IGNORECASE)
SECONDS = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600}


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    rows = ((number, row) for number, row in json_rows(path, "data.item") if not is_preamble(row))
    return parse_rows(rows, lambda number, row: parse(number, row, []))


def read_unparsed(path: Path) -> Iterator[UnreadRow | RejectedRow]:
    """Yield rows that are parsed only when needed: most are as they were."""
    for number, row in json_rows(path, "data.item"):
        if is_preamble(row):
            continue
        external_ids = identify_row(row)
        if not external_ids:
            yield RejectedRow(number, UNKNOWN)
            continue
        digest = blake2b(marshal.dumps(row, PLAIN), digest_size=16).digest()
        yield UnreadRow(SOURCE, number, external_ids, digest, partial(parse, number, row))


def is_preamble(row: Row) -> bool:
    """Return whether the row is the first line of the JSON Lines variant, which describes the file."""
    return "title" not in row and ("license" in row or "$schema" in row)


def parse(number: int, row: Row, remarks: list[str]) -> SourceTitle:
    """Parse a row. An odd value is left out, with a remark; without a title or a known id, raise ValueError."""
    name, external_ids = normalise.name(row.get("title")), identify_row(row)
    if name is None or not external_ids:
        raise ValueError("title is missing" if name is None else UNKNOWN)
    read = partial(_read, remarks)
    season, score = read(part, row, "animeSeason", dict) or {}, read(part, row, "score", dict) or {}
    tags = tags_of(tuple(read(part, row, "tags", list) or ()))
    picture = normalise.known_text(row.get("picture"))
    studios, producers = ([str(one).strip().title() for one in read(part, row, name, list) or ()]
                          for name in ("studios", "producers"))  # fmt: skip
    return SourceTitle.without_odd_fields(
        remarks,
        source=SOURCE,
        row=number,
        external_ids=external_ids,
        name=name[:MAX_NAME],
        synonyms=normalise.synonyms(read(part, row, "synonyms", list) or ()),
        format=read(normalise.title_format, row.get("type")),
        status=read(normalise.status, row.get("status")),
        episodes=read(normalise.count, row.get("episodes"), "episodes"),
        episode_seconds=read(seconds, read(part, row, "duration", dict)),
        season=(read(normalise.season, season.get("season")) or (None,))[0],
        season_year=read(normalise.count, season.get("year"), "year"),
        is_adult=normalise.is_adult(None, tags) or None,
        score=read(normalise.score, score.get("arithmeticMean")),
        cover_url=None if picture is None or NO_PICTURE.search(picture) else picture,
        tags=tags,
        studios=normalise.studios(studios),
        producers=normalise.studios(producers),
        relations=relations(read(part, row, "relatedAnime", list) or (), external_ids),
    )


def _read(remarks: list[str], read: Callable[..., Any], *arguments: Any) -> Any:
    """Return what `read` returns, or None with a remark if the value is odd."""
    try:
        return read(*arguments)
    except ValueError as error:
        remarks.append(str(error))
        return None


def identify_row(row: Row) -> dict[str, str]:
    addresses = row.get("sources")
    return dict(identify(addresses)) if isinstance(addresses, list) else {}


@lru_cache(maxsize=50_000)
def tag_of(name: str) -> SourceTag | None:
    return next(iter(normalise.tags([name])), None)


def tags_of(names: Iterable[Any]) -> tuple[SourceTag, ...]:
    """Return the tags as `normalise.tags` does, which takes longer: a few thousand names come again and again."""
    return tuple(dict.fromkeys(tag for name in names if (tag := tag_of(str(name)))))


def part(row: Row, key: str, kind: type[Any]) -> Any:
    """Return the list or object at `key`, or an empty one. Raise ValueError for another type."""
    value = row.get(key) or kind()
    if not isinstance(value, kind):
        raise ValueError(f"{key}: {value!r} is not a {kind.__name__}")
    return value


def identify(addresses: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        if (match := PATTERN.match(str(address))) and match.lastindex:
            yield OF_GROUP[match.lastindex - 1], match[match.lastindex]


def relations(addresses: Iterable[Any], own: dict[str, str]) -> tuple[SourceRelation, ...]:
    """Return a relation for each provider's id, always of the kind "related": the format has no others."""
    return tuple(
        SourceRelation(provider, value, Relation.Kind.RELATED)
        for provider, value in dict.fromkeys(identify(addresses))
        if own.get(provider) != value
    )


def seconds(duration: Row | None) -> int | None:
    if not duration or duration.get("unit") == "UNKNOWN":
        return None
    if duration.get("unit") not in SECONDS:
        raise ValueError(f"duration: {duration.get('unit')!r} is not a unit of time")
    length = normalise.count(duration.get("value"), "duration")
    return length * SECONDS[duration["unit"]] if length else None
