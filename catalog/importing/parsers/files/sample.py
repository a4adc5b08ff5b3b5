"""Our sample catalogue (JSON Lines), which already uses our vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import RejectedRow, Row, SourceCredit, SourceRelation, SourceTitle, parse_rows
from catalog.importing.parsers.files.reading import json_rows
from catalog.models.titles import Season, Status

FOLDER = Path(__file__).resolve().parents[3] / "sample"
PATH = FOLDER / "titles.jsonl"
MANGA_PATH = FOLDER / "manga.jsonl"
SEASONS_PATH = FOLDER / "seasons.jsonl"  # the titles of two seasons, with their true dates
SEASONS = tuple(Season)
WEEK = timedelta(weeks=1)


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    return parse_rows(json_rows(path, "item"), parse)


def read_seasons(today: date) -> Iterator[SourceTitle]:
    """Yield the titles of SEASONS_PATH as if they aired now: those of its first season this season, others next.

    Without a source that is kept up to date, a site has nothing else to show on its season page and calendar.
    """
    quarter = (today.month - 1) // 3
    this, following = _first_day(today.year, quarter), _first_day(today.year, quarter + 1)
    first = None
    for row in read(SEASONS_PATH):
        if isinstance(row, SourceTitle):
            first = first or (row.season, row.season_year)
            yield _moved(row, this if (row.season, row.season_year) == first else following, today)


def _moved(row: SourceTitle, season: date, today: date) -> SourceTitle:
    """Move a title's dates by whole weeks into the season that begins on `season`."""
    assert row.season is not None
    assert row.season_year is not None
    assert row.episodes is not None
    own = _first_day(row.season_year, SEASONS.index(Season(row.season)))
    start = date.fromisoformat(str(row.started_on)) + round((season - own) / WEEK) * WEEK
    end = start + (row.episodes - 1) * WEEK
    status = Status.UPCOMING if today < start else Status.AIRING if today <= end else Status.FINISHED
    return replace(
        row, season=SEASONS[season.month // 3], season_year=season.year, status=status,
        started_on=PartialDate.parse(str(start)), ended_on=PartialDate.parse(str(end)),
        score=None if status == Status.UPCOMING else row.score,
    )  # fmt: skip


def _first_day(year: int, quarter: int) -> date:
    return date(year + quarter // 4, quarter % 4 * 3 + 1, 1)


def parse(number: int, row: Row) -> SourceTitle:
    mal_id, name = normalise.identifier(row.get("mal"), "mal"), normalise.name(row.get("name"))
    if mal_id is None or name is None:
        raise ValueError("mal is missing" if mal_id is None else "name is missing")
    parse_medium = parse_read if "medium" in row else parse_anime
    return parse_medium(number, row, mal_id, name)


def parse_anime(number: int, row: Row, mal_id: str, name: str) -> SourceTitle:
    season, season_year = normalise.season(row.get("season"))
    rating = normalise.age_rating(row.get("rating"))
    minutes = normalise.count(row.get("minutes"), "minutes")
    day, _, hour = row.get("airs", "").partition(" ")
    return SourceTitle(
        source="sample",
        row=number,
        external_ids={"mal": mal_id} | {name: str(value) for name, value in row.get("ids", {}).items()},
        name=name,
        name_english=normalise.name(row.get("english")),
        name_native=normalise.name(row.get("native")),
        synonyms=normalise.synonyms(row.get("synonyms", [])),
        format=normalise.title_format(row.get("format")),
        status=normalise.status(row.get("status", "finished")),
        episodes=normalise.count(row.get("episodes"), "episodes"),
        episode_seconds=minutes * 60 if minutes else None,
        started_on=PartialDate.parse(row.get("start", "")),
        broadcast_day=normalise.weekday(day),
        broadcast_time=normalise.time_of_day(hour),
        season=season,
        season_year=season_year,
        source_material=normalise.source_material(row.get("source")),
        age_rating=rating,
        is_adult=False,
        score=normalise.score(row.get("score")),
        members=normalise.count(row.get("members"), "members"),
        synopsis=normalise.plain_text(row.get("about")),
        tags=normalise.tags(row.get("tags", [])),
        studios=normalise.studios(row.get("studios", [])),
        relations=tuple(SourceRelation("mal", str(value), kind) for kind, value in row.get("relations", [])),
        credits=details.credits(credits(row)),
        streams=details.streams(details.stream(url) for url in row.get("streams", [])),
        links=details.links(details.link(*one) for one in row.get("links", [])),
        themes=details.themes(row.get("openings", []), row.get("endings", [])),
    )


def parse_read(number: int, row: Row, mal_id: str, name: str) -> SourceTitle:
    """Parse a manga or a light novel. Its relations lead to anime."""
    return SourceTitle(
        source="sample",
        row=number,
        external_ids={"mal@manga": mal_id},
        name=name,
        medium=normalise.read_medium(row["medium"]),
        name_english=normalise.name(row.get("english")),
        name_native=normalise.name(row.get("native")),
        status=normalise.status(row["status"]),
        chapters=normalise.count(row.get("chapters"), "chapters"),
        volumes=normalise.count(row.get("volumes"), "volumes"),
        serialised_in=normalise.name(row.get("magazine")),
        started_on=PartialDate.parse(row.get("start", "")),
        ended_on=PartialDate.parse(row.get("end", "")),
        is_adult=False,
        score=normalise.score(row.get("score")),
        members=normalise.count(row.get("members"), "members"),
        synopsis=normalise.plain_text(row.get("about")),
        tags=normalise.tags(row.get("tags", [])),
        relations=tuple(SourceRelation("mal", str(value), kind) for kind, value in row.get("relations", [])),
        credits=details.credits(details.staff(author, "Author") for author in row.get("authors", [])),
    )


def credits(row: Row) -> Iterator[SourceCredit | None]:
    """Yield the staff, as (role, name), and the cast, as (character, voice in Japanese)."""
    for role, name in row.get("staff", []):
        yield details.staff(name, role)
    for character, name in row.get("cast", []):
        yield details.voice(character, "Main", name, "Japanese")
