"""Detect a file's format by its content, never by its name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.portability.formats import anilist, csv_files, json_lists, json_parts, kitsu, mal_xml, own_json
from accounts.portability.formats.building import Conventions, build, conventions_of, scores_of
from accounts.portability.formats.rows import (
    MAX_ROWS,
    ExtraItem,
    FileRemark,
    Items,
    PortabilityError,
    RawRow,
    Row,
    StatedScale,
)
from accounts.portability.formats.streams import unpacked
from accounts.portability.garbage import without_garbage_collection
from accounts.portability.values.scores import examples_of

START = 4_096
NO_TEXT = (b"\x89PNG", b"%PDF", b"\xff\xd8\xff", b"\x7fELF", b"MZ", b"PK\x03\x04", b"GIF8", b"\xd0\xcf\x11\xe0")


class ListFormat(models.TextChoices):
    MAL_XML = "mal_xml", gettext_lazy("MyAnimeList export")
    ANILIST = "anilist", gettext_lazy("AniList list")
    KITSU = "kitsu", gettext_lazy("Kitsu library")
    MAL_API = "mal_api", gettext_lazy("MyAnimeList list")
    SHIKIMORI = "shikimori", gettext_lazy("Shikimori list")
    OWN_JSON = "own_json", gettext_lazy("anirec export")
    JSON = "json", gettext_lazy("JSON list")
    CSV = "csv", gettext_lazy("CSV")


@dataclass
class Parsed:
    """The contents of a file: its rows, valid or not, its extra sections, and how it was understood."""

    rows: list[Row] = field(default_factory=list)
    extra: dict[str, list[Any]] = field(default_factory=dict)  # section → items
    remarks: list[str] = field(default_factory=list)
    conventions: Conventions = field(default_factory=Conventions)
    examples: list[tuple[str, int]] = field(default_factory=list)  # scores as written and as imported


READERS: dict[str, Callable[[bytes], Items]] = {
    ListFormat.MAL_XML: mal_xml.read,
    ListFormat.ANILIST: anilist.read,
    ListFormat.KITSU: kitsu.read,
    ListFormat.MAL_API: json_lists.read,
    ListFormat.SHIKIMORI: json_lists.read,
    ListFormat.JSON: json_lists.read,
}
OF_JSON = (
    ListFormat.ANILIST, ListFormat.KITSU, ListFormat.MAL_API, ListFormat.SHIKIMORI, ListFormat.JSON,
    ListFormat.OWN_JSON,
)  # fmt: skip


def detect(data: bytes) -> ListFormat:
    """Return the format of a file. Raises PortabilityError if it isn't a list."""
    whole, _remarks = unpacked(data)
    start = whole[:START]
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise PortabilityError(_("The file is empty. Choose another one."))
    if head.startswith(NO_TEXT):
        raise PortabilityError(_("We don’t recognise this file. Supported: XML, JSON and CSV."))
    letters = start.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")  # of UTF-16, too
    if letters[:1] == b"<":
        return ListFormat.MAL_XML
    if letters[:1] in (b"{", b"["):
        return _json_kind(whole)
    return ListFormat.CSV


def _json_kind(data: bytes) -> ListFormat:
    whole, _remarks = json_parts.prepared(data)
    start = whole[:START].decode(errors="replace")
    if own_json.is_own(start):
        return ListFormat.OWN_JSON
    if anilist.is_anilist(start):
        return ListFormat.ANILIST
    if kitsu.is_kitsu(start):
        return ListFormat.KITSU
    if json_lists.places(whole):
        return ListFormat.JSON
    raise PortabilityError(_("We don't recognise this JSON. Supported: AniList, Kitsu and anirec exports."))


@without_garbage_collection()
def read_list(
    data: bytes,
    format: str,
    *,
    columns: Mapping[str, int] | None = None,
    scale: int | None = None,
    extra: Collection[str] = (),
) -> Parsed:
    """Return the rows and `extra` sections of a file. Raises PortabilityError if it is unreadable or too long.

    scale: the highest possible score, instead of the one that the file states or its scores suggest.
    """
    whole, remarks = unpacked(data)
    if format in OF_JSON:
        whole, repairs = json_parts.prepared(whole)
        remarks += repairs
    parsed, raws = Parsed(remarks=remarks), list[RawRow]()
    stated = None
    for item in islice(_items(whole, format, columns or {}, extra), MAX_ROWS + 100):
        if isinstance(item, RawRow):
            raws.append(item)
        elif isinstance(item, ExtraItem):
            parsed.extra.setdefault(item.section, []).append(item.value)
        elif isinstance(item, StatedScale):
            stated = item.out_of
        elif isinstance(item, FileRemark):
            parsed.remarks.append(item.text)
    if len(raws) + sum(map(len, parsed.extra.values())) > MAX_ROWS:
        raise PortabilityError(
            _("The file has too many rows for an anime list. The limit is %(most)s.") % {"most": MAX_ROWS}
        )
    return _built(parsed, raws, scale or stated)


def _built(parsed: Parsed, raws: list[RawRow], scale: int | None) -> Parsed:
    parsed.conventions = conventions_of(raws, scale)
    parsed.rows = [build(raw, parsed.conventions) for raw in raws]
    parsed.examples = examples_of(scores_of(raws), parsed.conventions.scale.out_of)
    if parsed.conventions.is_month_first is not None:
        order = _("month/day/year") if parsed.conventions.is_month_first else _("day/month/year")
        parsed.remarks.append(_("Dates such as 1/2/2019 read as %(order)s.") % {"order": order})
    return parsed


def _items(data: bytes, format: str, columns: Mapping[str, int], extra: Collection[str]) -> Items:
    if format == ListFormat.CSV:
        return csv_files.read(data, columns)
    if format == ListFormat.OWN_JSON:
        return own_json.read(data, extra)
    return READERS[format](data)


def look_at_table(data: bytes) -> csv_files.Table:
    whole, _remarks = unpacked(data)
    return csv_files.look_at(whole)
