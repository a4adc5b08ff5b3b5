"""The "MyAnimeList 2020" data set (CSV, plain or gzipped). Missing values are "Unknown"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import MAX_INTEGER, RejectedRow, Row, SourceTitle, parse_rows
from catalog.importing.parsers.files.reading import csv_rows
from catalog.models.titles import Status

COLUMNS = (
    "MAL_ID", "Name", "Score", "Genres", "English name", "Japanese name", "Type", "Episodes", "Aired", "Premiered",
    "Studios", "Source", "Duration", "Rating", "Members", "Completed",
)  # fmt: skip
GLUED_COLON = re.compile(r"(\w*[^\W\d]):(\w+)")
COLLECTED = 2021  # titles from this year on hadn't aired when the file was made
FEW = 10  # some members mark unaired titles as completed by mistake


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    return parse_rows(csv_rows(path, COLUMNS), parse)


def parse(number: int, row: Row) -> SourceTitle:
    mal_id, name = normalise.identifier(row["MAL_ID"], "MAL_ID"), normalise.name(row["Name"])
    if mal_id is None or name is None:
        raise ValueError("MAL_ID is missing" if mal_id is None else "name is missing")
    started_on, ended_on = normalise.aired(row["Aired"])
    season, season_year = normalise.season(row["Premiered"])
    rating = normalise.age_rating(row["Rating"])
    tags = normalise.tags(normalise.parts(row["Genres"], ","))
    return SourceTitle(
        source="mal-2020",
        row=number,
        external_ids={"mal": mal_id},
        name=name,
        name_english=english_name(row["English name"], name),
        name_native=normalise.name(normalise.known_text(row["Japanese name"])),
        format=normalise.title_format(row["Type"]),
        status=status(row, started_on, ended_on),
        episodes=normalise.count(row["Episodes"], "Episodes"),
        episode_seconds=normalise.duration(row["Duration"]),
        started_on=started_on,
        ended_on=ended_on,
        season=season,
        season_year=season_year,
        source_material=normalise.source_material(row["Source"]),
        age_rating=rating,
        is_adult=normalise.is_adult(rating, tags),
        score=normalise.score(row["Score"]),
        score_counts=score_counts(row),
        members=normalise.count(row["Members"], "Members"),
        tags=tags,
        studios=normalise.studios(normalise.parts(row["Studios"], ", ")),
        producers=normalise.studios(normalise.parts(row.get("Producers"), ", ")),
        ranks=details.ranks(row.get("Ranked"), row.get("Popularity")),
        status_counts=details.status_counts(details.columns_of_statuses(row)),
    )


def score_counts(row: Row) -> list[int] | None:
    """Return the votes for 1 … 10, or None without columns or votes."""
    columns = [f"Score-{score}" for score in range(1, 11)]
    counts = [normalise.whole_number(row.get(column), column) or 0 for column in columns]
    if any(n < 0 or n > MAX_INTEGER for n in counts):
        raise ValueError("a number of votes is not between 0 and 2147483647")
    return counts if any(counts) else None


def english_name(text: str, romanised: str) -> str | None:
    """Restore spaces after colons, which the file lacks, except in names written without them ("Re:Zero")."""
    english = normalise.name(normalise.known_text(text))
    return english and GLUED_COLON.sub(
        lambda match: match[0] if match[0].casefold() in romanised.casefold() else f"{match[1]}: {match[2]}", english
    )


def status(row: Row, started_on: PartialDate | None, ended_on: PartialDate | None) -> str | None:
    """Infer the status, which has no column, from the dates and the number of members who completed it."""
    lies_ahead = started_on is None or started_on.year >= COLLECTED
    if lies_ahead and (normalise.whole_number(row["Completed"], "Completed") or 0) < FEW:
        return Status.UPCOMING
    if started_on is None:
        return None
    return Status.FINISHED if ended_on else Status.AIRING
