"""MyAnimeList's API, version 2: seasons, rankings, suggestions and searches; details of a title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import SourceCredit, SourceTitle
from catalog.importing.parsers.services.answers import (
    MEMBERS_LIST,
    Answer,
    AnswerError,
    Fields,
    at,
    collect,
    decode,
    refuse,
    relations_to,
)

SERVICE = "MyAnimeList"
# For `fields=`: the API sends only what is named. Lists come without related titles, songs and statistics.
FIELDS = (
    "id,title,main_picture,alternative_titles,start_date,end_date,synopsis,mean,rank,popularity,num_list_users,"
    "num_scoring_users,nsfw,media_type,status,genres,num_episodes,start_season,broadcast,source,"
    "average_episode_duration,rating,studios,related_anime,related_manga,opening_themes,ending_themes,statistics"
)
READ_FIELDS = (
    "id,title,main_picture,alternative_titles,start_date,end_date,synopsis,mean,rank,popularity,num_list_users,"
    "num_scoring_users,nsfw,media_type,status,genres,num_volumes,num_chapters,authors{first_name,last_name},"
    "related_anime,related_manga"
)
MANGA_FIELDS = {"num_volumes", "num_chapters"}


def parse_list(body: bytes) -> Answer:
    """Parse a page of titles: a season, a ranking, a search or suggestions."""
    document = document_of(body)
    if not isinstance(document.get("data"), list):
        raise AnswerError(f"{SERVICE}'s answer has no list of titles")
    if any("list_status" in entry for entry in document["data"] if isinstance(entry, dict)):
        raise AnswerError(MEMBERS_LIST)
    nodes = [at(entry, "node") for entry in document["data"]]
    return collect(SERVICE, nodes, parse_title, at(document, "paging", "next"))


def parse_details(body: bytes) -> Answer:
    """Parse the details of one title."""
    document = document_of(body)
    if "title" not in document or "data" in document:
        raise AnswerError(f"{SERVICE}'s answer isn't one title's details")
    return collect(SERVICE, [document], parse_title)


def document_of(body: bytes) -> dict[str, Any]:
    document = decode(body, SERVICE)
    if "error" in document:
        raise refuse(SERVICE, document.get("message") or document["error"])
    return document


def parse_title(row: Fields) -> SourceTitle:
    if is_manga(row.row):
        return parse_read(row)
    rating = row.read(normalise.age_rating, "rating")
    return row.title(
        "myanimelist",
        {"mal": row.identifier("id")},
        format=row.read(normalise.title_format, "media_type"),
        **shared(row, rating),
        episodes=row.count("num_episodes"),
        episode_seconds=row.count("average_episode_duration"),
        season=row.read(lambda value: normalise.season(value)[0], "start_season", "season"),
        season_year=row.count("start_season", "year"),
        broadcast_day=row.read(normalise.weekday, "broadcast", "day_of_the_week"),
        broadcast_time=row.read(normalise.time_of_day, "broadcast", "start_time"),
        source_material=row.read(normalise.source_material, "source"),
        age_rating=rating,
        studios=normalise.studios(row.texts("studios", key="name")),
        themes=details.themes(songs(row, "opening_themes"), songs(row, "ending_themes")),
    )


def parse_read(row: Fields) -> SourceTitle:
    """Parse a manga or a light novel."""
    return row.title(
        "myanimelist",
        {"mal@manga": row.identifier("id")},
        **shared(row, None),
        medium=row.read(normalise.read_medium, "media_type"),
        chapters=row.count("num_chapters"),
        volumes=row.count("num_volumes"),
        credits=details.credits(authors(row)),
    )


def authors(row: Fields) -> Iterator[SourceCredit | None]:
    for one in row.items("authors"):
        names = (at(one, "node", part) for part in ("first_name", "last_name"))
        yield details.staff(" ".join(name for name in names if isinstance(name, str) and name), at(one, "role"))


def shared(row: Fields, rating: str | None) -> dict[str, Any]:
    """Return what anime and manga have alike."""
    tags = normalise.tags(row.texts("genres", key="name"))
    return {
        "name": row.name("title"),
        "name_english": row.name("alternative_titles", "en"),
        "name_native": row.name("alternative_titles", "ja"),
        "synonyms": row.names(("alternative_titles", "synonyms")),
        "status": row.read(normalise.status, "status"),
        "started_on": row.date("start_date"),
        "ended_on": row.date("end_date"),
        "is_adult": row.name("nsfw") == "black" or normalise.is_adult(rating, tags),
        "score": row.score(10, "mean"),
        "scored_by": row.count("num_scoring_users"),
        "members": row.count("num_list_users"),
        "synopsis": row.read(normalise.markup_to_text, "synopsis"),
        "cover_url": row.read(normalise.web_address, "main_picture", "large")
        or row.read(normalise.web_address, "main_picture", "medium"),
        "tags": tags,
        "relations": (*relations_to("mal", related(row, "anime")), *relations_to("mal@manga", related(row, "manga"))),
        "ranks": details.ranks(row.row.get("rank"), row.row.get("popularity")),
        "status_counts": status_counts(row),
    }


def songs(row: Fields, name: str) -> Iterator[Any]:
    return (at(one, "text") for one in row.items(name))


def status_counts(row: Fields) -> dict[str, int] | None:
    counts = at(row.row, "statistics", "status")
    return details.status_counts(counts.items()) if isinstance(counts, dict) else None


def is_manga(node: dict[str, Any]) -> bool:
    """Return whether the node is a manga, whose numbers aren't those of anime."""
    return bool(MANGA_FIELDS & node.keys()) or "/images/manga/" in str(at(node, "main_picture", "medium"))


def related(row: Fields, kind: str) -> Iterator[tuple[Any, Any]]:
    return ((at(one, "node", "id"), at(one, "relation_type")) for one in row.items(f"related_{kind}"))
