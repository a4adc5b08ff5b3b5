"""Detect a file's format by its content, never by its name."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.portability.formats import anilist, csv_files, json_parts, kitsu, mal_xml, own_json
from accounts.portability.formats.rows import MAX_ROWS, ExtraItem, PortabilityError, Row
from accounts.portability.formats.streams import LimitedReader, unpacked

START = 4_096
NO_TEXT = (b"PK\x03\x04", b"\x89PNG", b"%PDF", b"\xff\xd8\xff", b"\x7fELF", b"MZ")


class ListFormat(models.TextChoices):
    MAL_XML = "mal_xml", gettext_lazy("MyAnimeList export")
    ANILIST = "anilist", gettext_lazy("AniList list")
    KITSU = "kitsu", gettext_lazy("Kitsu library")
    OWN_JSON = "own_json", gettext_lazy("anirec export")
    CSV = "csv", gettext_lazy("CSV")


@dataclass
class Parsed:
    """The contents of a file: its rows, valid or not, and its extra sections."""

    rows: list[Row] = field(default_factory=list)
    extra: dict[str, list[Any]] = field(default_factory=dict)  # section → items


READERS: dict[str, Callable[[LimitedReader], Iterator[Row]]] = {
    ListFormat.MAL_XML: mal_xml.read,
    ListFormat.ANILIST: anilist.read,
    ListFormat.KITSU: kitsu.read,
}


def detect(data: bytes) -> ListFormat:
    """Return the format of a file. Raises PortabilityError if it isn't a list."""
    with unpacked(io.BytesIO(data)) as stream:
        start = stream.read(START)
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise PortabilityError(_("The file is empty. Choose another one."))
    if head.startswith(NO_TEXT):
        raise PortabilityError(_("We don’t recognise this file. Supported: XML, JSON and CSV."))
    if head[:1] == b"<" or start.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        return ListFormat.MAL_XML
    if head[:1] in (b"{", b"["):
        return _json_kind(data, start.decode(errors="replace"))
    return ListFormat.CSV


def _json_kind(data: bytes, start: str) -> ListFormat:
    with unpacked(io.BytesIO(data)) as stream:
        json_parts.check(stream.read())
    if own_json.is_own(start):
        return ListFormat.OWN_JSON
    if anilist.is_anilist(start):
        return ListFormat.ANILIST
    if kitsu.is_kitsu(start):
        return ListFormat.KITSU
    raise PortabilityError(_("We don't recognise this JSON. Supported: AniList, Kitsu and anirec exports."))


def read_list(
    data: bytes,
    format: str,
    *,
    columns: Mapping[str, int] | None = None,
    scale: int = 10,
    extra: Collection[str] = (),
) -> Parsed:
    """Return the rows and `extra` sections of a file. Raises PortabilityError if it is unreadable or too long."""
    parsed = Parsed()
    with unpacked(io.BytesIO(data)) as stream:
        items: Iterable[Row | ExtraItem]
        if format == ListFormat.CSV:
            items = csv_files.read(stream, columns or {}, scale)
        elif format == ListFormat.OWN_JSON:
            items = own_json.read(stream, extra)
        else:
            items = READERS[format](stream)
        for item in islice(items, MAX_ROWS + 1):
            if isinstance(item, ExtraItem):
                parsed.extra.setdefault(item.section, []).append(item.value)
            else:
                parsed.rows.append(item)
    if len(parsed.rows) + sum(map(len, parsed.extra.values())) > MAX_ROWS:
        raise PortabilityError(
            _("The file has too many rows for an anime list. The limit is %(most)s.") % {"most": MAX_ROWS}
        )
    return parsed


def look_at_table(data: bytes) -> csv_files.Table:
    with unpacked(io.BytesIO(data)) as stream:
        return csv_files.look_at(stream)
