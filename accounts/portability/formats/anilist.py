"""Reader for AniList lists: API responses (MediaListCollection), saved as JSON or fetched by username."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import EntryStatus, Visibility
from accounts.portability.formats import rows
from accounts.portability.formats.json_parts import first_present, part, section, value_at, values_at
from accounts.portability.formats.rows import InvalidRow, PortabilityError, Row, make_row
from accounts.portability.formats.streams import LimitedReader
from anirec.lib.partial_dates import PartialDate
from catalog.models.titles import Format

STATUSES = {
    "current": EntryStatus.WATCHING, "repeating": EntryStatus.WATCHING, "completed": EntryStatus.COMPLETED,
    "paused": EntryStatus.ON_HOLD, "dropped": EntryStatus.DROPPED, "planning": EntryStatus.PLANNED,
}  # fmt: skip
FORMATS = {name.lower(): value for name, value in Format.__members__.items()}
SCALES = {"POINT_100": 100, "POINT_10_DECIMAL": 10, "POINT_10": 10, "POINT_5": 5, "POINT_3": 3}
ROOTS = ("data.MediaListCollection", "MediaListCollection")


def is_anilist(start: str) -> bool:
    return '"MediaListCollection"' in start


def read(stream: LimitedReader) -> Iterator[Row]:
    """Yield each entry once: AniList repeats entries that are also on custom lists."""
    data = stream.read()
    root = first_present(data, ROOTS) or ROOTS[0]
    scale = _scale(data, root)
    keys: set[str] = set()
    for item in section(data, f"{root}.lists.item.entries.item"):
        key = str(item.get("mediaId") or item.get("id") or "")
        if not key or key not in keys:
            keys.add(key)
            yield _row(len(keys), item, scale)


def _scale(data: bytes, root: str) -> int:
    """Return the maximum score: stated by the file, or guessed from its highest score."""
    stated = value_at(data, f"{root}.user.mediaListOptions.scoreFormat")
    if stated is not None:
        if stated not in SCALES:
            raise PortabilityError(_("Unknown score format %(name)r.") % {"name": str(stated)[:40]})
        return SCALES[stated]
    scores = values_at(data, f"{root}.lists.item.entries.item.score")
    return 100 if any(isinstance(score, int | Decimal) and score > 10 for score in scores) else 10


def _row(number: int, item: dict[str, Any], scale: int) -> Row:
    media = part(item, "media")
    names = part(media, "title")
    name = names.get("romaji") or names.get("english") or names.get("native") or ""
    try:
        if str(media.get("type") or "ANIME") != "ANIME":
            raise ValueError(_("not an anime"))
        return make_row(number, name, **_values(item, media, scale))
    except ValueError as error:
        return InvalidRow(number, str(name)[: rows.MAX_NAME], str(error))


def _values(item: dict[str, Any], media: dict[str, Any], scale: int) -> dict[str, Any]:
    media_id = item.get("mediaId") or media.get("id")
    return {
        "ids": rows.identifiers({"mal": media.get("idMal"), "anilist": media_id}),
        "format": FORMATS.get(str(media.get("format") or "").lower(), ""),
        "year": rows.year(media.get("seasonYear") or part(media, "startDate").get("year")),
        "status": rows.choice(item.get("status"), "status", STATUSES),
        "score": rows.score(item.get("score"), "score", scale),
        "progress": rows.number(item.get("progress"), "progress"),
        "started_on": _date(part(item, "startedAt"), "startedAt"),
        "finished_on": _date(part(item, "completedAt"), "completedAt"),
        "rewatches": rows.number(item.get("repeat"), "repeat"),
        "notes": rows.text(item.get("notes"), "notes"),
        "visibility": Visibility.PRIVATE if item.get("private") is True else None,
        "created_at": rows.moment(item.get("createdAt"), "createdAt"),
        "updated_at": rows.moment(item.get("updatedAt"), "updatedAt"),
    }


def _date(parts: dict[str, Any], field: str) -> PartialDate | None:
    year, month, day = (rows.number(parts.get(name), field) for name in ("year", "month", "day"))
    try:
        return PartialDate(year, month or None, (day or None) if month else None) if year else None
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from error
