"""The common row format of all list files, and their limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import EntryStatus, OwnEntry, Visibility
from anirec.lib.partial_dates import PartialDate

MAX_UPLOAD = 10_000_000  # bytes, as uploaded
MAX_BYTES = 50_000_000  # decompressed; 30,000 entries of MyAnimeList's XML are about 30 MB
MAX_ROWS = 30_000
MAX_NOTES = 5_000


class PortabilityError(ValueError):
    """A list can't be read or fetched; the message says where and why."""


@dataclass(frozen=True)
class ListRow:
    """One title of a list. Empty fields weren't in the file and leave an existing entry unchanged."""

    row: int
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)  # provider → ID
    year: int | None = None
    format: str = ""
    kind: str = OwnEntry.Kind.ANIME
    parts: int | None = None  # episodes or chapters that the title has, as the file says
    is_hidden: bool = False  # a title hidden from recommendations, not an entry
    status: EntryStatus | None = None
    score: int | None = None
    progress: int = 0
    volumes: int = 0
    started_on: PartialDate | None = None
    finished_on: PartialDate | None = None
    rewatches: int = 0
    rewatched_on: tuple[PartialDate, ...] = ()
    notes: str = ""
    tags: tuple[str, ...] = ()
    visibility: Visibility | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    remark: str = ""  # repaired and skipped values, with the reason
    is_exact: bool = field(default=False, compare=False)  # from a file of our own: nothing is filled in


@dataclass(frozen=True)
class InvalidRow:
    """An invalid row, reported while the other rows are imported."""

    row: int
    name: str
    reason: str


@dataclass(frozen=True)
class RawRow:
    """A row as its file writes it: field (`values.vocabulary.COLUMNS`) → value."""

    number: int
    cells: Mapping[str, Any]
    is_exact: bool = False  # from a file of our own: values are taken literally


@dataclass(frozen=True)
class FileRemark:
    """What was repaired or left out of the file as a whole."""

    text: str


@dataclass(frozen=True)
class StatedScale:
    """The highest possible score, as the format or the file states it."""

    out_of: int


@dataclass(frozen=True)
class ExtraItem:
    """An item of a section that another app reads (`accounts.portability.sections`)."""

    section: str
    value: Any


Row = ListRow | InvalidRow
Item = RawRow | ExtraItem | FileRemark | StatedScale
Items = Iterator[Item]
