"""AniList-style rows (Parquet): AniList's id, the MyAnimeList id if known, scores out of 100, HTML synopses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import RejectedRow, Row, SourceCredit, SourceTitle, parse_rows
from catalog.importing.parsers.files.reading import parquet_rows

COLUMNS = (
    "anime_id", "mal_id", "title", "english_title", "japanese_title", "synonyms", "type", "episodes", "duration",
    "status",
    "source", "season", "main_studios", "genres", "tags", "mean_score", "members", "start_date", "end_date", "synopsis",
    "cover_image_large", "is_adult",
)  # fmt: skip


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    return parse_rows(parquet_rows(path, COLUMNS), parse)


def parse(number: int, row: Row) -> SourceTitle:
    anilist_id, name = normalise.identifier(row["anime_id"], "anime_id"), normalise.name(row["title"])
    if anilist_id is None or name is None:
        raise ValueError("anime_id is missing" if anilist_id is None else "title is missing")
    mal_id = normalise.identifier(row["mal_id"], "mal_id")
    season, season_year = normalise.season(row["season"])
    minutes = normalise.count(row["duration"], "duration")
    return SourceTitle(
        source="anilist",
        row=number,
        external_ids={"anilist": anilist_id} | ({"mal": mal_id} if mal_id else {}),
        name=name,
        name_english=normalise.name(row["english_title"]),
        name_native=normalise.name(row["japanese_title"]),
        synonyms=normalise.synonyms(normalise.parts(row["synonyms"], ";")),
        format=normalise.title_format(row["type"]),
        status=normalise.status(row["status"]),
        episodes=normalise.count(row["episodes"], "episodes"),
        episode_seconds=minutes * 60 if minutes else None,
        started_on=normalise.iso_date(row["start_date"]),
        ended_on=normalise.iso_date(row["end_date"]),
        next_airing_at=normalise.moment(row.get("next_airing_episode_at"), "next_airing_episode_at"),
        next_episode=normalise.count(row.get("next_episode_number"), "next_episode_number"),
        season=season,
        season_year=season_year,
        source_material=normalise.source_material(row["source"]),
        is_adult=None if row["is_adult"] is None else bool(row["is_adult"]),
        score=normalise.score(row["mean_score"], out_of=100),
        members=normalise.count(row["members"], "members"),
        synopsis=normalise.markup_to_text(row["synopsis"]),
        cover_url=normalise.known_text(row["cover_image_large"]),
        tags=normalise.tags([*normalise.parts(row["genres"], ";"), *normalise.parts(row["tags"], ";")]),
        studios=normalise.studios(normalise.parts(row["main_studios"], ";")),
        producers=normalise.studios(producers(row)),
        credits=details.credits(credits(row)),
        streams=details.named_streams(normalise.parts(row.get("streaming_sites"), ";")),
        trailer=details.youtube_id(row.get("trailer_id")) if row.get("trailer_site") == "youtube" else None,
        status_counts=details.status_counts(details.columns_of_statuses(row)),
    )


def producers(row: Row) -> list[str]:
    main = normalise.parts(row["main_studios"], ";")
    return [name for name in normalise.parts(row.get("studios"), ";") if name not in main]


def credits(row: Row) -> Iterator[SourceCredit | None]:
    """Yield the main staff, with their roles, and the main characters, whose voices the file doesn't name."""
    for text in normalise.parts(row.get("main_staff"), ";"):
        yield details.staff_in(text)
    for name in normalise.parts(row.get("main_characters"), ";"):
        yield details.voice(name, "Main")
