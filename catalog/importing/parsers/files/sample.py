"""Our sample catalogue (JSON Lines), which already uses our vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import RejectedRow, Row, SourceRelation, SourceTitle, parse_rows
from catalog.importing.parsers.files.reading import json_rows

PATH = Path(__file__).resolve().parents[3] / "sample" / "titles.jsonl"


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    return parse_rows(json_rows(path, "item"), parse)


def parse(number: int, row: Row) -> SourceTitle:
    mal_id, name = normalise.identifier(row.get("mal"), "mal"), normalise.name(row.get("name"))
    if mal_id is None or name is None:
        raise ValueError("mal is missing" if mal_id is None else "name is missing")
    season, season_year = normalise.season(row.get("season"))
    rating = normalise.age_rating(row.get("rating"))
    minutes = normalise.count(row.get("minutes"), "minutes")
    day, _, hour = row.get("airs", "").partition(" ")
    return SourceTitle(
        source="sample",
        row=number,
        external_ids={"mal": mal_id},
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
    )
