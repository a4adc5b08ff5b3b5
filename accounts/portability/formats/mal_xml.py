"""Reader and writer for MyAnimeList's XML export. Files are streamed and treated as untrusted."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ErrorString
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from accounts.models import EntryStatus, OwnEntry
from accounts.portability.formats import repair
from accounts.portability.formats.building import Conventions, build
from accounts.portability.formats.rows import (
    FileRemark,
    Item,
    Items,
    ListRow,
    PortabilityError,
    RawRow,
    Row,
    StatedScale,
)
from accounts.portability.formats.streams import read_limited, unpacked
from anirec.lib.partial_dates import PartialDate
from catalog.models.titles import Format

MAX_DEPTH = 4
MAX_FIELDS = 100  # elements of one entry; MyAnimeList writes 22
PROLOG = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>)?\s*")
PLAIN_DOCTYPE = re.compile(r"<!DOCTYPE\s+[\w:.-]{1,60}\s*>", re.IGNORECASE)  # without a DTD
EXPORTED_BY_US = "<exported_by>anirec</exported_by>"
TAGS = {
    "series_animedb_id": "mal", "series_title": "title", "series_type": "format", "series_episodes": "of",
    "my_status": "status", "shiki_status": "status", "my_score": "score", "my_watched_episodes": "progress",
    "my_start_date": "started_on", "my_finish_date": "finished_on", "my_times_watched": "rewatches",
    "my_rewatches": "rewatches", "my_rewatching": "is_rewatching", "my_rewatching_ep": "rewatching_progress",
    "my_comments": "notes", "my_tags": "tags", "my_last_updated": "updated_at", "series_url": "link",
}  # fmt: skip
MANGA_TAGS = {
    **TAGS, "manga_mangadb_id": "mal", "series_mangadb_id": "mal", "manga_title": "title", "manga_chapters": "of",
    "series_chapters": "of", "my_read_chapters": "progress", "my_read_volumes": "volumes",
    "my_times_read": "rewatches", "my_rereading": "is_rewatching",
}  # fmt: skip
NAMING = ("series_title", "manga_title", "series_animedb_id", "manga_mangadb_id")
STATUS_NAMES = {
    EntryStatus.WATCHING: "Watching", EntryStatus.COMPLETED: "Completed", EntryStatus.REWATCHING: "Completed",
    EntryStatus.ON_HOLD: "On-Hold", EntryStatus.DROPPED: "Dropped", EntryStatus.PLANNED: "Plan to Watch",
}  # fmt: skip
FORMAT_NAMES = {
    Format.TV: "TV", Format.TV_SHORT: "TV", Format.MOVIE: "Movie", Format.OVA: "OVA", Format.ONA: "ONA",
    Format.SPECIAL: "Special", Format.MUSIC: "Music", Format.COMMERCIAL: "CM",
}  # fmt: skip
NO_XML = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}


class NestingError(PortabilityError):
    """An element contains more elements than any entry has: hostile, or an end tag is missing."""


# --- Reading ---------------------------------------------------------------------------------------------------------


def read_mal_xml(source: str | Path | BinaryIO) -> Iterator[Row]:
    """Yield the entries of an export (.xml or .xml.gz), in file order. Raises PortabilityError."""
    if isinstance(source, str | Path):
        with open(source, "rb") as stream:
            yield from read_mal_xml(stream)
        return
    data, _remarks = unpacked(read_limited(source))
    yield from (build(item, Conventions()) for item in read(data) if isinstance(item, RawRow))


def read(data: bytes) -> Items:
    """Yield the entries of an export, also of a damaged one as far as they are whole. Raises PortabilityError."""
    text, remarks = repair.decoded(data)
    yield from map(FileRemark, remarks)
    yield StatedScale(10)
    is_own = EXPORTED_BY_US in text[:2_000]
    body = PLAIN_DOCTYPE.sub("", text[:1_000], count=1) + text[1_000:]
    body = body[PROLOG.match(body).end() :]  # type: ignore[union-attr]  # it matches anything
    try:
        items = list(_strict(body, is_own))
    except DefusedXmlException as error:
        raise _no_entities(error) from error
    except (ParseError, NestingError) as error:
        items = list(_repaired(body))
        if not any(isinstance(item, RawRow) for item in items):
            raise (_invalid(error) if isinstance(error, ParseError) else error) from error
        yield FileRemark(_("Damaged XML repaired. Check the rows."))
    yield from items


def _strict(text: str, is_own: bool) -> Iterator[Item]:
    root: Element | None = None
    depth = row = n_fields = 0
    for event, element in iterparse(io.BytesIO(text.encode()), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            depth += 1
            n_fields = n_fields + 1 if depth > 2 else 0
            if root is None:
                root = element
                _require_root(element)
            elif depth > MAX_DEPTH or n_fields > MAX_FIELDS:
                raise NestingError(
                    _("Too many elements inside <%(tag)s> after entry %(row)s.") % {"row": row, "tag": element.tag[:60]}
                )
            continue
        depth -= 1
        if depth != 1:
            continue
        kind = element.tag.lower()
        if kind in ("anime", "manga"):
            row += 1
            yield _raw(row, kind, {child.tag.lower(): child.text or "" for child in element}, is_own)
        if root is not None:
            root.clear()  # keeps memory constant
    if root is None:
        raise PortabilityError(_("The file is empty. Choose another one."))


def _repaired(text: str) -> Iterator[Item]:
    if "<!ENTITY" in text:
        raise _no_entities("ENTITY")
    last = ""
    for number, element in enumerate(repair.whole_elements(text), start=1):
        if element is None:
            yield FileRemark(
                _("The file ends in the middle of an entry. The last complete one is “%(name)s” (row %(row)s).")
                % {"name": last, "row": number - 1}
            )
            return
        last = next((element[1][tag] for tag in NAMING if element[1].get(tag)), "")
        yield _raw(number, *element, is_own=False)


def _raw(number: int, kind: str, fields: dict[str, str], is_own: bool) -> RawRow:
    tags = MANGA_TAGS if kind == "manga" else TAGS
    cells = {name: fields[tag].strip() for tag, name in tags.items() if fields.get(tag)}
    return RawRow(number, cells | {"medium": kind, "kind": kind}, is_own)


def _require_root(element: Element) -> None:
    if element.tag.lower() != "myanimelist":
        raise PortabilityError(
            _("We don’t recognise this XML (<%(tag)s>). MyAnimeList exports start with <myanimelist>.")
            % {"tag": element.tag[:60]}
        )


def _no_entities(error: object) -> PortabilityError:
    return PortabilityError(_("XML entities and DTDs aren’t allowed: %(error)s") % {"error": error})


def _invalid(error: ParseError) -> PortabilityError:
    line, column = error.position
    return PortabilityError(
        _("Invalid XML at line %(line)s, column %(column)s (%(error)s). Export the file again and retry.")
        % {"line": line, "column": column + 1, "error": ErrorString(error.code)}
    )


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(entries: Iterable[ListRow]) -> Iterator[str]:
    """Yield an export that MyAnimeList can import, without hidden titles and fields that it lacks."""
    anime = (entry for entry in entries if not entry.is_hidden and entry.kind == OwnEntry.Kind.ANIME)
    return _document(1, map(_anime, anime))


def write_manga(entries: Iterable[ListRow]) -> Iterator[str]:
    """Yield a manga export that MyAnimeList can import. Light novels are manga there."""
    read = (entry for entry in entries if entry.kind in (OwnEntry.Kind.MANGA, OwnEntry.Kind.LIGHT_NOVEL))
    return _document(2, map(_manga, read))


def _document(kind: int, elements: Iterable[str]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8" ?>\n<myanimelist>\n'
    yield f"  <myinfo>\n    <user_export_type>{kind}</user_export_type>\n    {EXPORTED_BY_US}\n  </myinfo>\n"
    yield from elements
    yield "</myanimelist>\n"


def _anime(entry: ListRow) -> str:
    return _element(
        "anime",
        {
            "series_animedb_id": entry.ids.get("mal", "0"),
            "series_title": entry.name,
            "series_type": FORMAT_NAMES.get(Format(entry.format), ""),
            "my_watched_episodes": entry.progress,
            **_shared(entry),
            "my_status": STATUS_NAMES[entry.status or EntryStatus.PLANNED],
            "my_times_watched": entry.rewatches,
            "my_rewatching": int(entry.status == EntryStatus.REWATCHING),
        },
    )


def _manga(entry: ListRow) -> str:
    status = STATUS_NAMES[entry.status or EntryStatus.PLANNED]
    return _element(
        "manga",
        {
            "manga_mangadb_id": entry.ids.get("mal", "0"),
            "manga_title": entry.name,
            "manga_chapters": entry.parts or 0,
            "my_read_volumes": entry.volumes,
            "my_read_chapters": entry.progress,
            **_shared(entry),
            "my_status": {"Watching": "Reading", "Plan to Watch": "Plan to Read"}.get(status, status),
            "my_times_read": entry.rewatches,
            "my_rereading": int(entry.status == EntryStatus.REWATCHING),
        },
    )


def _shared(entry: ListRow) -> dict[str, object]:
    tags = {tag.casefold(): tag for tag in map(_storable, entry.tags) if tag}
    return {
        "my_start_date": _date(entry.started_on),
        "my_finish_date": _date(entry.finished_on),
        "my_score": entry.score or 0,
        "my_comments": entry.notes,
        "my_tags": ", ".join(tags.values()),
    }


def _element(kind: str, fields: Mapping[str, object]) -> str:
    lines = (f"    <{name}>{_text(value)}</{name}>\n" for name, value in {**fields, "update_on_import": 1}.items())
    return f"  <{kind}>\n{''.join(lines)}  </{kind}>\n"


def _text(value: object) -> str:
    return escape(_storable(str(value)), {"\r": "&#13;"})


def _storable(text: str) -> str:
    """Remove characters that XML can't represent."""
    return text.translate(NO_XML).strip()


def _date(day: PartialDate | None) -> str:
    return f"{day.year:04}-{day.month or 0:02}-{day.day or 0:02}" if day else "0000-00-00"
