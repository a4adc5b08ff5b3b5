"""The common row format of all sources, independent of the ORM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, NamedTuple

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
    """The title with the id `value` at `provider` is the `kind` (a Relation.Kind) of this row's title.

    provider: "mal@manga" for ids of manga: see `catalog.titles.external_ids`.
    """

    provider: str
    value: str
    kind: str


class SourceCredit(NamedTuple):
    """A Credit. role: of staff, as the source says; of the cast, a Credit.Part. name: "" if nobody is named."""

    kind: str  # a Credit.Kind
    name: str
    role: str
    character: str = ""
    language: str = ""


class SourceStream(NamedTuple):
    """Where the title can be watched. service: a Service. url: https, or ""."""

    service: str
    language: str = ""
    url: str = ""


class SourceLink(NamedTuple):
    """Another page about the title. kind: "official", "social" or "info"."""

    kind: str
    name: str
    url: str


class SourceTheme(NamedTuple):
    """A song. kind: "opening" or "ending". number: None if there is only one. episodes: as the source says."""

    kind: str
    number: int | None
    name: str
    artist: str = ""
    episodes: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceTitle:
    """One row of a source. None (or an empty tuple) means that the source has no data, never that there is none."""

    source: str
    row: int
    external_ids: dict[str, str]  # provider → value; "mal@manga" for ids of manga: see catalog.titles.external_ids
    name: str | None
    medium: str | None = None  # anime, if no source says otherwise
    name_english: str | None = None
    name_native: str | None = None
    synonyms: tuple[str, ...] = ()
    format: str | None = None
    status: str | None = None
    episodes: int | None = None
    episode_seconds: int | None = None
    chapters: int | None = None
    volumes: int | None = None
    serialised_in: str | None = None
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
    producers: tuple[str, ...] = ()
    credits: tuple[SourceCredit, ...] = ()
    streams: tuple[SourceStream, ...] = ()
    links: tuple[SourceLink, ...] = ()
    themes: tuple[SourceTheme, ...] = ()
    trailer: str | None = None  # a video's id on YouTube
    ranks: dict[str, int] | None = None  # "score" and "members" → place among all titles of the source
    status_counts: dict[str, int] | None = None  # a list's status → how many people of the source

    def __post_init__(self) -> None:
        for _, problem in problems(vars(self)):
            raise ValueError(problem)

    @classmethod
    def without_odd_fields(cls, remarks: list[str], **fields: Any) -> SourceTitle:
        """Return a row without the optional values that don't fit; `remarks` receives the reasons."""
        odd = dict(problems(fields))
        remarks.extend(odd.values())
        return cls(**(fields | dict.fromkeys(odd)))

    @property
    def year(self) -> int | None:
        return self.season_year or (self.started_on.year if self.started_on else None)


LIMITS = {  # field → (what it is, the largest value that the database holds)
    "episodes": ("episodes", MAX_SMALL),
    "chapters": ("chapters", MAX_SMALL),
    "volumes": ("volumes", MAX_SMALL),
    "next_episode": ("the next episode", MAX_SMALL),
    "season_year": ("the year", 9999),
    "episode_seconds": ("the length in seconds", MAX_INTEGER),
    "scored_by": ("the number of votes", MAX_INTEGER),
    "members": ("the number of members", MAX_INTEGER),
}


def problems(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each field whose value doesn't fit, with the reason."""
    for field, (label, largest) in LIMITS.items():
        number = fields.get(field)
        if number is not None and not 0 <= number <= largest:
            yield field, f"{label}: {number} is not between 0 and {largest}"
    score = fields.get("score")
    if score is not None and not 1 <= score <= 10:
        yield "score", f"the score {score:g} is not between 1 and 10"
    for field in ("name", "name_english", "name_native"):
        if (name := fields.get(field)) and len(name) > MAX_NAME:
            yield field, f"the name {name[:40]!r}… is longer than {MAX_NAME} characters"
    if (url := fields.get("cover_url")) and len(url) > MAX_URL:
        yield "cover_url", f"the cover's URL is longer than {MAX_URL} characters"


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


@dataclass(frozen=True)
class UnreadRow:
    """A row of a large file that is parsed only if its digest is new. parse: raises ValueError for a bad row."""

    source: str
    row: int
    external_ids: dict[str, str]
    digest: bytes
    parse: Callable[[list[str]], SourceTitle]  # its argument receives remarks on values that were left out
