"""Read any CSV table, with guessed columns that members can correct; read and write anirec's own CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.models.own_entries import MAX_NAME
from accounts.portability.formats.repair import decoded
from accounts.portability.formats.rows import (
    FileRemark,
    Items,
    ListRow,
    PortabilityError,
    RawRow,
    StatedScale,
)
from accounts.portability.values.scores import Scale, detect_scale
from accounts.portability.values.vocabulary import guess_columns

SNIFF_LINES = 8  # among them is the header: some tables have a title above it
MAX_COLUMNS = 100
DELIMITERS = ",;\t|"
NOT_RECOGNISED = "We don’t recognise this file. Supported: XML, JSON and CSV."
OWN_HEADER = (
    "title", "year", "format", "status", "score", "progress", "started_on", "finished_on", "rewatches", "rewatched_on",
    "notes", "tags", "visibility", "created_at", "updated_at", "ids", "kind", "parts", "volumes",
)  # fmt: skip
OWN_HEADERS = (OWN_HEADER, OWN_HEADER[:-3])  # the latter before titles that the catalogue lacks were exported


@dataclass(frozen=True)
class Table:
    """The start of a table: its header, sample rows, and the guessed columns and score scale."""

    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    columns: dict[str, int]  # field → column index
    scale: Scale

    @property
    def is_own(self) -> bool:
        return self.header in OWN_HEADERS


class Layout(NamedTuple):
    """How a table is written. header: empty for a plain list of titles. n_above: lines above the first row."""

    delimiter: str
    header: tuple[str, ...]
    columns: dict[str, int]
    n_above: int


# --- Inspecting a table ----------------------------------------------------------------------------------------------


def look_at(data: bytes, n: int = 1_000) -> Table:
    """Return the start of a table. Raises PortabilityError if it isn't one."""
    text, _remarks = decoded(data)
    layout = _layout(text)
    if len(layout.header) > MAX_COLUMNS:
        raise PortabilityError(_("The file has too many columns. The limit is %(most)s.") % {"most": MAX_COLUMNS})
    sample = tuple(tuple(line) for line in islice(_lines(text, layout), n))
    column = layout.columns.get("score")
    scores = (line[column] for line in sample if column is not None and column < len(line))
    return Table(layout.header or (_("Title"),), sample, layout.columns, detect_scale(scores))


def _layout(text: str) -> Layout:
    """Return the delimiter and header that recognise the most columns."""
    stated = re.match(r"sep=(.)\r?\n", text)
    delimiters = stated[1] if stated else "".join(sorted(DELIMITERS, key=_first_line(text).count, reverse=True))
    layouts = [layout for delimiter in delimiters for layout in _layouts(text, delimiter, 1 if stated else 0)]
    best = max(layouts, key=lambda layout: len(layout.columns), default=None)
    if best is None or (len(best.header) < 2 and not best.columns):
        return _plain_list(text)
    return best


def _first_line(text: str) -> str:
    return re.sub(r'"[^"]*"', "", text[:65_536].split("\n", 1)[0])


def _layouts(text: str, delimiter: str, n_skipped: int) -> Iterator[Layout]:
    start = text[:65_536]
    lines = islice(_parsed(io.StringIO(start, newline=""), delimiter), SNIFF_LINES)
    for number, line in enumerate(lines, start=1):
        header = tuple(cell.strip()[:MAX_NAME] for cell in line)
        if number > n_skipped and any(header):
            yield Layout(delimiter, header, guess_columns(header[:MAX_COLUMNS]), number)


def _plain_list(text: str) -> Layout:
    """Return the layout of a list of titles, one per line. Raises PortabilityError if the text isn't one."""
    lines = [line for line in text.splitlines() if line.strip()]
    is_plain = all(len(line) <= MAX_NAME and line.replace("\t", " ").strip().isprintable() for line in lines)
    if len(lines) < 2 or not is_plain:
        raise PortabilityError(_(NOT_RECOGNISED))
    return Layout("\x1f", (), {"title": 0}, 0)  # no delimiter: titles contain commas


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(data: bytes, columns: Mapping[str, int]) -> Items:
    text, remarks = decoded(data)
    yield from map(FileRemark, remarks)
    layout = _layout(text)
    if layout.header in OWN_HEADERS:
        yield StatedScale(10)
    for number, line in enumerate(_lines(text, layout), start=1):
        if layout.header in OWN_HEADERS and any(line):
            yield RawRow(number, _own_cells(line), is_exact=True)
        elif any(cell.strip() for cell in line):
            cells = {name: _bare(line[at]).strip() for name, at in columns.items() if at < len(line)}
            yield RawRow(number, cells)


def _own_cells(line: Sequence[str]) -> dict[str, Any]:
    cells: dict[str, Any] = dict(zip(OWN_HEADER, map(_unescaped, line), strict=False))
    cells["ids"] = dict(pair.split(":", 1) for pair in cells.get("ids", "").split() if ":" in pair)
    return cells | {"rewatched_on": cells.get("rewatched_on", "").split()}


def _lines(text: str, layout: Layout) -> Iterator[list[str]]:
    """Yield the rows below the header."""
    return islice(_parsed(io.StringIO(text, newline=""), layout.delimiter), layout.n_above, None)


def _parsed(stream: io.StringIO, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader((line.replace("\0", "") for line in stream), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise PortabilityError(
            _("Invalid line %(line)s: %(error)s") % {"line": reader.line_num, "error": error}
        ) from error


# --- Writing ---------------------------------------------------------------------------------------------------------
# Spreadsheets treat a cell that starts with one of these as a formula; an apostrophe before it makes it text. Cells
# that start with an apostrophe get another one, so that removing one always restores the original.

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def escaped(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def _unescaped(cell: str) -> str:
    return cell.removeprefix("'")


def _bare(cell: str) -> str:
    """Return the cell without the apostrophe that other exporters put before a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def write_table(lines: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a table as CSV, with cells escaped so that spreadsheets don't run them as formulas."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for line in lines:
        writer.writerow([escaped("" if cell is None else str(cell)) for cell in line])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write(entries: Iterable[ListRow]) -> Iterator[str]:
    yield from write_table([OWN_HEADER])
    yield from write_table(
        (
            entry.name, entry.year, entry.format, entry.status, entry.score, entry.progress, entry.started_on,
            entry.finished_on, entry.rewatches, " ".join(map(str, entry.rewatched_on)), entry.notes,
            ", ".join(entry.tags), entry.visibility,
            entry.created_at and entry.created_at.isoformat(), entry.updated_at and entry.updated_at.isoformat(),
            " ".join(f"{provider}:{value}" for provider, value in entry.ids.items()),
            entry.kind, entry.parts, entry.volumes,
        )
        for entry in entries
    )  # fmt: skip
