"""Jikan's API, version 4, and services that answer like it: one title, or pages of titles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.services.answers import (
    Answer,
    AnswerError,
    Fields,
    at,
    collect,
    decode,
    items_at,
    refuse,
    relations_to,
)

SERVICE = "Jikan"
TAG_LISTS = ("genres", "explicit_genres", "themes", "demographics")


def parse_titles(body: bytes, base: str) -> Answer:
    """Parse titles. `base` is the address that was asked: the answer only says that a page follows, not where."""
    document = decode(body, SERVICE)
    if "error" in document and "data" not in document:
        raise refuse(SERVICE, document.get("message") or document["error"])
    data = document.get("data")
    rows = data if isinstance(data, list) else [data]
    if rows and not any(isinstance(row, dict) and ("airing" in row or "publishing" in row) for row in rows):
        raise AnswerError(f"{SERVICE}'s answer holds no titles")
    return collect(SERVICE, rows, parse_title, next_page(base, document.get("pagination")))


def next_page(base: str, pagination: Any) -> str | None:
    """Return the address with the number of the next page; None without one, or if the current one is unknown."""
    address = urlsplit(base)
    query = dict(parse_qsl(address.query))
    current = str(at(pagination, "current_page") or query.get("page"))
    if at(pagination, "has_next_page") is not True or not current.isdecimal() or len(current) > 9:
        return None
    return urlunsplit(address._replace(query=urlencode(query | {"page": str(int(current) + 1)})))


def parse_title(row: Fields) -> SourceTitle:
    if "publishing" in row.row:
        return parse_read(row)
    if "airing" not in row.row:
        raise ValueError("it isn't a title")
    rating = row.read(normalise.age_rating, "rating")
    started_on, ended_on = dates(row, "aired")
    return row.title(
        "jikan",
        {"mal": row.identifier("mal_id")},
        format=row.read(normalise.title_format, "type"),
        **shared(row, rating),
        episodes=row.count("episodes"),
        episode_seconds=row.read(normalise.duration, "duration"),
        started_on=started_on,
        ended_on=ended_on,
        broadcast_day=row.read(normalise.weekday, "broadcast", "day"),
        broadcast_time=row.read(normalise.time_of_day, "broadcast", "time"),
        season=row.read(lambda value: normalise.season(value)[0], "season"),
        season_year=row.count("year"),
        source_material=row.read(normalise.source_material, "source"),
        age_rating=rating,
        studios=normalise.studios(row.texts("studios", key="name")),
        **page_parts(row),
    )


def parse_read(row: Fields) -> SourceTitle:
    """Parse a manga or a light novel."""
    started_on, ended_on = dates(row, "published")
    authors = (normalise.person(name) for name in row.texts("authors", key="name"))
    return row.title(
        "jikan",
        {"mal@manga": row.identifier("mal_id")},
        **shared(row, None),
        medium=row.read(normalise.read_medium, "type"),
        chapters=row.count("chapters"),
        volumes=row.count("volumes"),
        serialised_in=next(iter(row.texts("serializations", key="name")), None),
        started_on=started_on,
        ended_on=ended_on,
        credits=details.credits(details.staff(name, "Author") for name in authors),
        ranks=details.ranks(row.row.get("rank"), row.row.get("popularity")),
    )


def shared(row: Fields, rating: str | None) -> dict[str, Any]:
    """Return what anime and manga have alike."""
    tags = normalise.tags(name for part in TAG_LISTS for name in row.texts(part, key="name"))
    return {
        "name": row.name("title"),
        "name_english": row.name("title_english"),
        "name_native": row.name("title_japanese"),
        "synonyms": normalise.synonyms([*row.texts("title_synonyms"), *row.texts("titles", key="title")]),
        "status": row.read(normalise.status, "status"),
        "is_adult": normalise.is_adult(rating, tags),
        "score": row.score(10, "score"),
        "scored_by": row.count("scored_by"),
        "members": row.count("members"),
        "synopsis": row.read(normalise.markup_to_text, "synopsis"),
        "cover_url": row.read(normalise.web_address, "images", "jpg", "large_image_url"),
        "tags": tags,
        "relations": (*relations_to("mal", related(row, "anime")), *relations_to("mal@manga", related(row, "manga"))),
    }


def page_parts(row: Fields) -> dict[str, Any]:
    """Return what only a title's page shows."""
    streaming, external = row.items("streaming"), row.items("external")
    return {
        "producers": normalise.studios(row.texts("producers", key="name")),
        "streams": details.streams(details.stream(at(one, "url")) for one in streaming),
        "links": details.links(details.link(at(one, "name"), at(one, "url")) for one in external),
        "themes": details.themes(row.items("theme", "openings"), row.items("theme", "endings")),
        "trailer": details.youtube_id(at(row.row, "trailer", "youtube_id")),
        "ranks": details.ranks(row.row.get("rank"), row.row.get("popularity")),
    }


def dates(row: Fields, key: str) -> tuple[PartialDate | None, PartialDate | None]:
    """Return the first and last day: from the text, which knows if only the month is known, else from the dates."""
    found = row.read(normalise.aired, key, "string")
    return found or (row.read(normalise.iso_date, key, "from"), row.read(normalise.iso_date, key, "to"))


def related(row: Fields, kind: str) -> Iterator[tuple[Any, Any]]:
    """Yield the relations with anime, or with manga and novels. kind: "anime" or "manga"."""
    for one in row.items("relations"):
        for entry in items_at(one, "entry"):
            if at(entry, "type") == kind:
                yield at(entry, "mal_id"), at(one, "relation")
