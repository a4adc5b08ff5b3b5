"""The common row format of all sources, independent of the ORM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from anirec.lib.partial_dates import PartialDate

MAX_NAME = 300
MAX_URL = 500
MAX_SMALL, MAX_INTEGER = 32_767, 2_147_483_647


class CatalogueFileError(Exception):
    """An unreadable catalogue file. The message names the file, the row and the reason."""

    def __init__(self, path: Path, reason: str, row: int | None = None) -> None:
        super().__init__(f"{path.name}{f', row {row}' if row else ''}: {reason}")


@dataclass(frozen=True)
class RejectedRow:
    """A rejected row and the reason. Rows count from 1, without headers."""

    row: int
    reason: str


@dataclass(frozen=True)
class SourceTag:
    name: str
    kind: str  # a Tag.Kind
    is_adult: bool = False


@dataclass(frozen=True)
class SourceRelation:
    """The title with the id `value` at `provider` is the `kind` (a Relation.Kind) of this row's title."""

    provider: str
    value: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class SourceTitle:
    """One row of a source. None (or an empty tuple) means that the source has no data, never that there is none."""

    source: str
    row: int
    external_ids: dict[str, str]  # provider → value
    name: str | None
    name_english: str | None = None
    name_native: str | None = None
    synonyms: tuple[str, ...] = ()
    format: str | None = None
    status: str | None = None
    episodes: int | None = None
    episode_seconds: int | None = None
    started_on: PartialDate | None = None
    ended_on: PartialDate | None = None
    season: str | None = None
    season_year: int | None = None
    source_material: str | None = None
    age_rating: str | None = None
    is_adult: bool | None = None
    score: float | None = None
    scored_by: int | None = None
    members: int | None = None
    score_counts: list[int] | None = None  # votes for 1 … 10
    broadcast_day: int | None = None  # a Weekday, in Japan
    broadcast_time: time | None = None  # in Japan
    next_airing_at: datetime | None = None
    next_episode: int | None = None
    synopsis: str | None = None
    cover_url: str | None = None
    tags: tuple[SourceTag, ...] = ()
    studios: tuple[str, ...] = ()
    relations: tuple[SourceRelation, ...] = ()

    def __post_init__(self) -> None:
        for label, number, largest in (
            ("episodes", self.episodes, MAX_SMALL),
            ("the next episode", self.next_episode, MAX_SMALL),
            ("the year", self.season_year, 9999),
            ("the length in seconds", self.episode_seconds, MAX_INTEGER),
            ("the number of votes", self.scored_by, MAX_INTEGER),
            ("the number of members", self.members, MAX_INTEGER),
        ):
            if number is not None and not 0 <= number <= largest:
                raise ValueError(f"{label}: {number} is not between 0 and {largest}")
        if self.score is not None and not 1 <= self.score <= 10:
            raise ValueError(f"the score {self.score:g} is not between 1 and 10")
        for name in (self.name, self.name_english, self.name_native):
            if name and len(name) > MAX_NAME:
                raise ValueError(f"the name {name[:40]!r}… is longer than {MAX_NAME} characters")
        if self.cover_url and len(self.cover_url) > MAX_URL:
            raise ValueError(f"the cover's URL is longer than {MAX_URL} characters")

    @property
    def year(self) -> int | None:
        return self.season_year or (self.started_on.year if self.started_on else None)


@dataclass(frozen=True)
class UnreadRow:
    """A row of a large file that is parsed only if its digest is new. parse: raises ValueError for a bad row."""

    source: str
    row: int
    external_ids: dict[str, str]
    digest: bytes
    parse: Callable[[], SourceTitle]


Row = dict[str, Any]
Reader = Callable[[Path], Iterator[SourceTitle | RejectedRow]]


def parse_rows(
    rows: Iterable[tuple[int, Row]], parse: Callable[[int, Row], SourceTitle]
) -> Iterator[SourceTitle | RejectedRow]:
    """Parse each row. Rows for which `parse` raises ValueError are rejected."""
    for number, row in rows:
        try:
            yield parse(number, row)
        except ValueError as error:
            yield RejectedRow(number, str(error))
