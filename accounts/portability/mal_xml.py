"""Reading MyAnimeList's XML export: streamed, and trusting nothing in it."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ErrorString

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from accounts.models import EntryStatus
from catalog.partial_dates import PartialDate

MAX_BYTES = 50_000_000  # decompressed; 30,000 entries are about 30 MB
MAX_DEPTH = 4
MAX_FIELDS = 100  # elements of one entry; MyAnimeList writes 22
STATUSES = {
    "watching": EntryStatus.WATCHING, "1": EntryStatus.WATCHING,
    "completed": EntryStatus.COMPLETED, "2": EntryStatus.COMPLETED,
    "on-hold": EntryStatus.ON_HOLD, "3": EntryStatus.ON_HOLD,
    "dropped": EntryStatus.DROPPED, "4": EntryStatus.DROPPED,
    "plan to watch": EntryStatus.PLANNED, "6": EntryStatus.PLANNED,
}  # fmt: skip


class PortabilityError(ValueError):
    """A list file that cannot be read: says where, and why."""


@dataclass(frozen=True)
class ListRow:
    row: int
    mal_id: int
    title: str
    status: EntryStatus
    score: int | None
    progress: int
    started_on: PartialDate | None
    finished_on: PartialDate | None
    rewatches: int
    notes: str
    tags: tuple[str, ...]


def read_mal_xml(source: str | Path | BinaryIO) -> Iterator[ListRow]:
    """The entries of an export (.xml or .xml.gz), in file order. Raises PortabilityError."""
    with ExitStack() as stack:
        stream = stack.enter_context(open(source, "rb")) if isinstance(source, str | Path) else source
        try:
            yield from _read_rows(_LimitedReader(_decompressed(stream)))
        except DefusedXmlException as error:
            raise PortabilityError(f"The file declares XML entities or a DTD, which no list needs: {error}") from error
        except ParseError as error:
            line, column = error.position
            raise PortabilityError(
                f"Line {line}, column {column + 1}: not well-formed XML ({ErrorString(error.code)})"
            ) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise PortabilityError(f"The compressed file is cut off or damaged: {error}") from error
        except (LookupError, UnicodeError) as error:  # the encoding that the file claims
            raise PortabilityError(f"The text cannot be decoded: {error}") from error


class _LimitedReader(io.RawIOBase):
    """Stops after MAX_BYTES, so that a small bomb cannot become a large list."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.n_read = stream, 0

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size if size > 0 else MAX_BYTES)
        self.n_read += len(data)
        if self.n_read > MAX_BYTES:
            raise PortabilityError(f"The file holds more than {MAX_BYTES // 1_000_000} MB: that is no anime list.")
        return data


def _decompressed(stream: BinaryIO) -> BinaryIO:
    buffered = io.BufferedReader(stream) if isinstance(stream, io.RawIOBase) else stream
    start = buffered.read(2)
    buffered.seek(0)
    return gzip.GzipFile(fileobj=buffered) if start == b"\x1f\x8b" else buffered  # type: ignore[return-value]


def _read_rows(stream: _LimitedReader) -> Iterator[ListRow]:
    root: Element | None = None
    depth = row = n_fields = 0
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            depth += 1
            n_fields = n_fields + 1 if depth > 2 else 0
            if root is None:
                root = element
                _require_root(element)
            elif depth > MAX_DEPTH or n_fields > MAX_FIELDS:
                raise PortabilityError(f"After entry {row}: too many elements inside <{element.tag}> for a list.")
            continue
        depth -= 1
        if depth != 1:
            continue
        if element.tag == "manga":
            raise PortabilityError("This is a manga list; only anime lists can be read.")
        if element.tag == "anime":
            row += 1
            yield _row(row, element)
        if root is not None:
            root.clear()  # keeps memory constant
    if root is None:
        raise PortabilityError("The file is empty.")


def _require_root(element: Element) -> None:
    if element.tag != "myanimelist":
        raise PortabilityError(
            f"The file starts with <{element.tag[:60]}>; a MyAnimeList export starts with <myanimelist>."
        )


def _row(number: int, element: Element) -> ListRow:
    fields = {child.tag: (child.text or "").strip() for child in element}
    title = fields.get("series_title", "")
    where = f"Entry {number} ({title[:80] or 'untitled'})"
    return ListRow(
        row=number,
        mal_id=_number(fields, "series_animedb_id", where, 1, 2**31 - 1),
        title=title,
        status=_status(fields, where),
        score=_number(fields, "my_score", where, 0, 10) or None,
        progress=_number(fields, "my_watched_episodes", where),
        started_on=_date(fields, "my_start_date", where),
        finished_on=_date(fields, "my_finish_date", where),
        rewatches=_number(fields, "my_times_watched", where),
        notes=fields.get("my_comments", ""),
        tags=tuple(tag.strip() for tag in fields.get("my_tags", "").split(",") if tag.strip()),
    )


def _number(fields: dict[str, str], name: str, where: str, low: int = 0, high: int = 32_767) -> int:
    text = fields.get(name) or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and low <= int(text) <= high):
        raise PortabilityError(f"{where}: {name} is {text[:40]!r}, not a whole number from {low} to {high}.")
    return int(text)


def _status(fields: dict[str, str], where: str) -> EntryStatus:
    text = fields.get("my_status", "")
    try:
        return STATUSES[text.lower()]
    except KeyError:
        raise PortabilityError(f"{where}: my_status is {text[:40]!r}, which is no status.") from None


def _date(fields: dict[str, str], name: str, where: str) -> PartialDate | None:
    try:
        return PartialDate.parse(fields.get(name, ""))
    except ValueError as error:
        raise PortabilityError(f"{where}: {name}: {error}.") from error
