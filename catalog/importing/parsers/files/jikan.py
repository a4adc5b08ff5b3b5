"""Jikan-style rows of recent seasons (Parquet): every value is text, lists are joined with ";"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import RejectedRow, Row, SourceTitle, parse_rows
from catalog.importing.parsers.files.reading import parquet_rows

COLUMNS = (
    "anime_id", "title", "english_title", "japanese_title", "type", "episodes", "duration", "status", "source",
    "season",
    "studios", "genres", "themes", "demographics", "rating", "score", "scored_by", "members", "start_date", "end_date",
    "synopsis", "image_url",
)  # fmt: skip
# `duration` keeps only the first number of "1 hr. 55 min.", so 1 or 2 may be hours or minutes.
AMBIGUOUS_MINUTES = 2
TAG_COLUMNS = ("genres", "explicit_genres", "themes", "demographics")


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    return parse_rows(parquet_rows(path, COLUMNS), parse)


def parse(number: int, row: Row) -> SourceTitle:
    mal_id, name = normalise.identifier(row["anime_id"], "anime_id"), normalise.name(row["title"])
    if mal_id is None or name is None:
        raise ValueError("anime_id is missing" if mal_id is None else "title is missing")
    season, season_year = normalise.season(row["season"])
    rating = normalise.age_rating(row["rating"])
    tags = normalise.tags(word for column in TAG_COLUMNS for word in normalise.parts(row.get(column), ";"))
    minutes = normalise.whole_number(row["duration"], "duration") or 0
    return SourceTitle(
        source="jikan",
        row=number,
        external_ids={"mal": mal_id},
        name=name,
        name_english=normalise.name(row["english_title"]),
        name_native=normalise.name(row["japanese_title"]),
        format=normalise.title_format(row["type"]),
        status=normalise.status(row["status"]),
        episodes=normalise.count(row["episodes"], "episodes"),
        episode_seconds=minutes * 60 if minutes > AMBIGUOUS_MINUTES else None,
        started_on=normalise.iso_date(row["start_date"]),
        ended_on=normalise.iso_date(row["end_date"]),
        broadcast_day=normalise.weekday(row.get("broadcast_day")),
        broadcast_time=normalise.time_of_day(row.get("broadcast_time")),
        season=season,
        season_year=season_year,
        source_material=normalise.source_material(row["source"]),
        age_rating=rating,
        is_adult=normalise.is_adult(rating, tags),
        score=normalise.score(row["score"]),
        scored_by=normalise.count(row["scored_by"], "scored_by"),
        members=normalise.count(row["members"], "members"),
        synopsis=normalise.markup_to_text(row["synopsis"]),
        cover_url=normalise.known_text(row["image_url"]),
        tags=tags,
        studios=normalise.studios(normalise.parts(row["studios"], ";")),
        producers=normalise.studios(normalise.parts(row.get("producers"), ";")),
        ranks=details.ranks(row.get("rank"), row.get("popularity")),
        status_counts=details.status_counts(details.columns_of_statuses(row)),
    )
