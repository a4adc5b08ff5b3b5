"""Reader and writer for MyAnimeList's XML export. Files are streamed and treated as untrusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ErrorString
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from accounts.models import EntryStatus
from accounts.portability.formats import rows
from accounts.portability.formats.rows import ListRow, PortabilityError, Row, make_row
from accounts.portability.formats.streams import LimitedReader, unpacked
from anirec.lib.partial_dates import PartialDate
from catalog.models.titles import Format

MAX_DEPTH = 4
MAX_FIELDS = 100  # elements of one entry; MyAnimeList writes 22
STATUSES = {
    "watching": EntryStatus.WATCHING, "1": EntryStatus.WATCHING,
    "completed": EntryStatus.COMPLETED, "2": EntryStatus.COMPLETED,
    "on-hold": EntryStatus.ON_HOLD, "3": EntryStatus.ON_HOLD,
    "dropped": EntryStatus.DROPPED, "4": EntryStatus.DROPPED,
    "plan to watch": EntryStatus.PLANNED, "6": EntryStatus.PLANNED,
}  # fmt: skip
STATUS_NAMES = {
    EntryStatus.WATCHING: "Watching", EntryStatus.COMPLETED: "Completed", EntryStatus.ON_HOLD: "On-Hold",
    EntryStatus.DROPPED: "Dropped", EntryStatus.PLANNED: "Plan to Watch",
}  # fmt: skip
FORMAT_NAMES = {
    Format.TV: "TV", Format.TV_SHORT: "TV", Format.MOVIE: "Movie", Format.OVA: "OVA", Format.ONA: "ONA",
    Format.SPECIAL: "Special", Format.MUSIC: "Music", Format.COMMERCIAL: "CM",
}  # fmt: skip
FORMATS = {"tv": "tv", "movie": "movie", "ova": "ova", "ona": "ona", "special": "special", "tv special": "special",
           "music": "music", "cm": "commercial", "pv": "commercial"}  # fmt: skip
NO_XML = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}


# --- Reading ---------------------------------------------------------------------------------------------------------


def read_mal_xml(source: str | Path | BinaryIO) -> Iterator[Row]:
    """Yield the entries of an export (.xml or .xml.gz), in file order. Raises PortabilityError."""
    if isinstance(source, str | Path):
        with open(source, "rb") as stream:
            yield from read_mal_xml(stream)
        return
    with unpacked(source) as data:
        yield from read(data)


def read(stream: LimitedReader) -> Iterator[Row]:
    try:
        yield from _rows(stream)
    except DefusedXmlException as error:
        raise PortabilityError(_("XML entities and DTDs aren’t allowed: %(error)s") % {"error": error}) from error
    except ParseError as error:
        line, column = error.position
        raise PortabilityError(
            _("Invalid XML at line %(line)s, column %(column)s (%(error)s). Export the file again and retry.")
            % {"line": line, "column": column + 1, "error": ErrorString(error.code)}
        ) from error
    except PortabilityError:
        raise
    except (LookupError, ValueError) as error:  # unknown or wrong encoding declaration
        raise PortabilityError(
            _("The file’s text encoding isn’t supported: %(error)s. Save the file as UTF-8.") % {"error": error}
        ) from error


def _rows(stream: LimitedReader) -> Iterator[Row]:
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
                raise PortabilityError(
                    _("Too many elements inside <%(tag)s> after entry %(row)s.") % {"row": row, "tag": element.tag[:60]}
                )
            continue
        depth -= 1
        if depth != 1:
            continue
        if element.tag == "manga":
            raise PortabilityError(_("Manga lists aren’t supported. Choose an anime list."))
        if element.tag == "anime":
            row += 1
            yield _row(row, element)
        if root is not None:
            root.clear()  # keeps memory constant
    if root is None:
        raise PortabilityError(_("The file is empty. Choose another one."))


def _require_root(element: Element) -> None:
    if element.tag != "myanimelist":
        raise PortabilityError(
            _("We don’t recognise this XML (<%(tag)s>). MyAnimeList exports start with <myanimelist>.")
            % {"tag": element.tag[:60]}
        )


def _row(number: int, element: Element) -> Row:
    fields = {child.tag: (child.text or "").strip() for child in element}
    name = fields.get("series_title", "")
    try:
        return make_row(number, name, **_values(fields))
    except ValueError as error:
        return rows.InvalidRow(number, name[: rows.MAX_NAME], str(error))


def _values(fields: dict[str, str]) -> dict[str, object]:
    def field_of(name: str) -> tuple[str, str]:
        return fields.get(name, ""), name

    status = rows.choice(*field_of("my_status"), STATUSES)
    if status is None:
        raise ValueError(_("my_status is missing"))
    return {
        "ids": rows.identifiers({"mal": rows.number(*field_of("series_animedb_id"), 2**31 - 1)}),
        "format": FORMATS.get(fields.get("series_type", "").lower(), ""),
        "status": status,
        "score": rows.number(*field_of("my_score"), 10) or None,
        "progress": rows.number(*field_of("my_watched_episodes")),
        "started_on": rows.date(*field_of("my_start_date")),
        "finished_on": rows.date(*field_of("my_finish_date")),
        "rewatches": rows.number(*field_of("my_times_watched")),
        "notes": rows.text(*field_of("my_comments")),
        "tags": rows.tags(*field_of("my_tags")),
    }


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(entries: Iterable[ListRow]) -> Iterator[str]:
    """Yield an export that MyAnimeList can import, without hidden titles and fields that it lacks."""
    yield '<?xml version="1.0" encoding="UTF-8" ?>\n<myanimelist>\n'
    yield "  <myinfo>\n    <user_export_type>1</user_export_type>\n  </myinfo>\n"
    for entry in entries:
        if not entry.is_hidden:
            yield _element(entry)
    yield "</myanimelist>\n"


def _element(entry: ListRow) -> str:
    fields = {
        "series_animedb_id": entry.ids.get("mal", "0"),
        "series_title": entry.name,
        "series_type": FORMAT_NAMES.get(Format(entry.format), ""),
        "my_watched_episodes": entry.progress,
        "my_start_date": _date(entry.started_on),
        "my_finish_date": _date(entry.finished_on),
        "my_score": entry.score or 0,
        "my_status": STATUS_NAMES[entry.status or EntryStatus.PLANNED],
        "my_comments": entry.notes,
        "my_times_watched": entry.rewatches,
        "my_tags": ", ".join({tag.casefold(): tag for tag in map(_storable, entry.tags) if tag}.values()),
        "update_on_import": 1,
    }
    lines = (f"    <{name}>{_text(value)}</{name}>\n" for name, value in fields.items())
    return f"  <anime>\n{''.join(lines)}  </anime>\n"


def _text(value: object) -> str:
    return escape(_storable(str(value)), {"\r": "&#13;"})


def _storable(text: str) -> str:
    """Remove characters that XML can't represent."""
    return text.translate(NO_XML).strip()


def _date(day: PartialDate | None) -> str:
    return f"{day.year:04}-{day.month or 0:02}-{day.day or 0:02}" if day else "0000-00-00"
