"""Read any CSV table, with guessed columns that members can correct; read and write anirec's own CSV."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from accounts.models import EntryStatus, Visibility
from accounts.portability.formats import rows
from accounts.portability.formats.mal_xml import FORMATS as MAL_FORMATS
from accounts.portability.formats.rows import InvalidRow, ListRow, PortabilityError, Row, make_row
from accounts.portability.formats.streams import LimitedReader
from catalog.models.titles import Format

SNIFF_SIZE = 65_536
MAX_COLUMNS = 100
DELIMITERS = ",;\t|"
OWN_HEADER = (
    "title", "year", "format", "status", "score", "progress", "started_on", "finished_on", "rewatches", "rewatched_on",
    "notes", "tags", "visibility", "created_at", "updated_at", "ids",
)  # fmt: skip
# Field → the column headers that mean it, compared without case and punctuation.
HEADERS: dict[str, tuple[str, ...]] = {
    "title": ("title", "name", "anime", "animetitle", "seriestitle", "series", "titel"),
    "year": ("year", "seasonyear", "startyear", "released", "jahr"),
    "format": ("format", "type", "seriestype", "mediatype"),
    "mal": ("malid", "idmal", "myanimelistid", "seriesanimedbid", "animedbid", "animeid", "mal"),
    "anilist": ("anilistid", "idanilist", "anilist"),
    "kitsu": ("kitsuid", "idkitsu", "kitsu"),
    "status": ("status", "mystatus", "liststatus", "watchingstatus", "state"),
    "score": ("score", "myscore", "rating", "myrating", "userrating", "bewertung", "points"),
    "progress": (
        "progress", "mywatchedepisodes", "watchedepisodes", "episodeswatched", "watched", "numwatchedepisodes", "seen",
    ),
    "started_on": ("startedon", "mystartdate", "startdate", "started", "startedat", "watchedfrom"),
    "finished_on": ("finishedon", "myfinishdate", "finishdate", "finished", "completedat", "completed", "enddate"),
    "rewatches": ("rewatches", "mytimeswatched", "timesrewatched", "rewatched", "repeat", "numtimesrewatched"),
    "notes": ("notes", "mycomments", "comments", "comment", "note", "review"),
    "tags": ("tags", "mytags", "labels"),
    "updated_at": ("updatedat", "lastupdated", "mylastupdated", "modified"),
}  # fmt: skip
STATUSES = {
    **{str(value): value for value in EntryStatus},
    **dict.fromkeys(["current", "currently watching", "cw", "1"], EntryStatus.WATCHING),
    **dict.fromkeys(["complete", "finished", "seen", "watched", "2"], EntryStatus.COMPLETED),
    **dict.fromkeys(["on hold", "on-hold", "onhold", "paused", "hold", "stalled", "3"], EntryStatus.ON_HOLD),
    **dict.fromkeys(["drop", "abandoned", "won't watch", "4"], EntryStatus.DROPPED),
    **dict.fromkeys(["plan to watch", "planning", "plan", "ptw", "want to watch", "6"], EntryStatus.PLANNED),
}
FORMATS = MAL_FORMATS | {str(value): str(value) for value in Format if value}
VISIBILITIES = {str(value): value for value in Visibility}
SCALES = (10, 100, 5, 20)
DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True)
class Table:
    """The start of a table: its header, sample rows, and the guessed columns and score scale."""

    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    columns: dict[str, int]  # field → column index
    scale: int  # maximum score

    @property
    def is_own(self) -> bool:
        return self.header == OWN_HEADER


# --- Inspecting a table ----------------------------------------------------------------------------------------------


def look_at(stream: LimitedReader, n: int = 200) -> Table:
    lines = _lines(stream)
    header = tuple(cell.strip()[: rows.MAX_NAME] for cell in next(lines, []))
    if len(header) > MAX_COLUMNS:
        raise PortabilityError(_("The file has too many columns. The limit is %(most)s.") % {"most": MAX_COLUMNS})
    columns = guess_columns(header)
    if len(header) < 2 and not columns:
        raise PortabilityError(_("We don’t recognise this file. Supported: XML, JSON and CSV."))
    sample = tuple(tuple(line) for line in islice(lines, n))
    return Table(header, sample, columns, _guess_scale(sample, columns.get("score")))


def guess_columns(header: Sequence[str]) -> dict[str, int]:
    """Return {field: column index}, guessed from the header: the first match for a field, and each column once."""
    keys = [re.sub(r"[\W_]+", "", name.lower()) for name in header]
    columns: dict[str, int] = {}
    for field, names in HEADERS.items():
        at = next((keys.index(key) for key in names if key in keys and keys.index(key) not in columns.values()), None)
        if at is not None:
            columns[field] = at
    return columns


def _guess_scale(sample: Iterable[Sequence[str]], column: int | None) -> int:
    highest = 0.0
    for line in sample:
        cell = line[column].strip().replace(",", ".") if column is not None and column < len(line) else ""
        if re.fullmatch(r"\d{1,3}(\.\d+)?", cell):
            highest = max(highest, float(cell))
    return 100 if highest > 20 else 20 if highest > 10 else 10


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(stream: LimitedReader, columns: Mapping[str, int], scale: int = 10) -> Iterator[Row]:
    lines = _lines(stream)
    header = tuple(cell.strip() for cell in next(lines, []))
    if header == OWN_HEADER:
        yield from (_own_row(number, line) for number, line in enumerate(lines, 1) if any(line))
        return
    for number, line in enumerate(lines, 1):
        if any(cell.strip() for cell in line):
            cells = {name: _bare(line[at]) for name, at in columns.items() if at < len(line)}
            yield _row(number, cells, scale)


def _row(number: int, cells: Mapping[str, str], scale: int) -> Row:
    name = cells.get("title", "")

    def cell_of(field: str) -> tuple[str, str]:
        return cells.get(field, ""), field

    try:
        return make_row(
            number,
            name,
            ids=rows.identifiers({key: cells.get(key) for key in ("mal", "anilist", "kitsu")}),
            year=rows.year(cells.get("year")),
            format=FORMATS.get(cells.get("format", "").lower(), ""),
            status=rows.choice(*cell_of("status"), STATUSES),
            score=rows.score(*cell_of("score"), scale),
            progress=rows.number(cells.get("progress", "").split("/")[0], "progress"),  # "5 / 12"
            started_on=rows.date(_iso(cells.get("started_on", "")), "started_on"),
            finished_on=rows.date(_iso(cells.get("finished_on", "")), "finished_on"),
            rewatches=rows.number(*cell_of("rewatches")),
            notes=rows.text(*cell_of("notes")),
            tags=rows.tags(*cell_of("tags")),
            updated_at=rows.moment(*cell_of("updated_at")),
        )
    except ValueError as error:
        return InvalidRow(number, name[: rows.MAX_NAME], str(error))


def _own_row(number: int, line: Sequence[str]) -> Row:
    cells = dict(zip(OWN_HEADER, map(_unescaped, line), strict=False))
    if len(line) != len(OWN_HEADER):
        reason = _("%(n)s cells for %(columns)s columns") % {"n": len(line), "columns": len(OWN_HEADER)}
        return InvalidRow(number, cells.get("title", "")[: rows.MAX_NAME], reason)
    try:
        return make_row(
            number,
            cells["title"],
            ids=rows.identifiers(dict(pair.split(":", 1) for pair in cells["ids"].split() if ":" in pair)),
            year=rows.year(cells["year"]),
            format=FORMATS.get(cells["format"], ""),
            status=rows.choice(cells["status"], "status", STATUSES),
            score=rows.number(cells["score"], "score", 10) or None,
            progress=rows.number(cells["progress"], "progress"),
            started_on=rows.date(cells["started_on"], "started_on"),
            finished_on=rows.date(cells["finished_on"], "finished_on"),
            rewatches=rows.number(cells["rewatches"], "rewatches"),
            rewatched_on=rows.dates(cells["rewatched_on"].split(), "rewatched_on"),
            notes=rows.text(cells["notes"], "notes"),
            tags=rows.tags(cells["tags"], "tags"),
            visibility=rows.choice(cells["visibility"], "visibility", VISIBILITIES),
            created_at=rows.moment(cells["created_at"], "created_at"),
            updated_at=rows.moment(cells["updated_at"], "updated_at"),
        )
    except ValueError as error:
        return InvalidRow(number, cells["title"][: rows.MAX_NAME], str(error))


def _iso(cell: str) -> str:
    if match := DAY_FIRST.fullmatch(cell.strip()):
        return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    return cell.strip()[:10].replace("/", "-")


def _lines(stream: LimitedReader) -> Iterator[list[str]]:
    data = stream.read()
    decoded = _decoded(data)
    del data
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=_delimiter(decoded[:SNIFF_SIZE]))
    try:
        yield from reader
    except csv.Error as error:
        raise PortabilityError(
            _("Invalid line %(line)s: %(error)s") % {"line": reader.line_num, "error": error}
        ) from error


def _decoded(data: bytes) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith(BOM_UTF8) or _is_utf8(data):
        encoding = "utf-8-sig"
    else:
        best = from_bytes(data[:SNIFF_SIZE]).best()
        encoding = best.encoding if best is not None else "cp1252"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise PortabilityError(
            _("The file’s text encoding isn’t supported: %(error)s. Save the file as UTF-8.")
            % {"error": str(error)[:200]}
        ) from error


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(start: str) -> str:
    """Return the most frequent delimiter of the first line, outside quotes."""
    first = re.sub(r'"[^"]*"', "", start.split("\n", 1)[0])
    return max(DELIMITERS, key=first.count)


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
        )
        for entry in entries
    )  # fmt: skip
