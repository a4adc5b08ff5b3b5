"""Reader for AniList lists: API responses (MediaListCollection), saved or fetched by username, and GDPR files."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import EntryStatus
from accounts.portability.formats.json_parts import first_present, part, section, value_at
from accounts.portability.formats.rows import Items, PortabilityError, RawRow, StatedScale

SCALES = {"POINT_100": 100, "POINT_10_DECIMAL": 10, "POINT_10": 10, "POINT_5": 5, "POINT_3": 3}
ROOTS = ("data.MediaListCollection", "MediaListCollection")
GDPR_STATUSES = {
    "0": EntryStatus.WATCHING, "1": EntryStatus.PLANNED, "2": EntryStatus.COMPLETED, "3": EntryStatus.DROPPED,
    "4": EntryStatus.ON_HOLD, "5": EntryStatus.REWATCHING,
}  # fmt: skip


def is_anilist(start: str) -> bool:
    return '"MediaListCollection"' in start


def read(data: bytes) -> Items:
    """Yield each entry once: AniList repeats entries that are also on custom lists."""
    root = first_present(data, ROOTS) or ROOTS[0]
    stated = value_at(data, f"{root}.user.mediaListOptions.scoreFormat")
    if stated is not None:
        yield StatedScale(_scale(stated))
    custom = _custom_lists(data, root)
    keys: set[str] = set()
    for item in section(data, f"{root}.lists.item.entries.item"):
        key = _key(item)
        if not key or key not in keys:
            keys.add(key)
            cells = entry_cells(item)
            yield RawRow(len(keys), cells | {"tags": [*cells["tags"], *custom.get(key, [])]})


def _key(item: dict[str, Any]) -> str:
    return str(item.get("mediaId") or item.get("id") or "")


def _custom_lists(data: bytes, root: str) -> dict[str, list[str]]:
    """Return the names of the custom lists that each entry is on, by its key: they become tags."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for some in section(data, f"{root}.lists.item"):
        for item in some.get("entries") or [] if some.get("isCustomList") is True else []:
            if isinstance(item, dict):
                names[_key(item)].append(str(some.get("name") or ""))
    return names


def _scale(stated: object) -> int:
    if stated not in SCALES:
        raise PortabilityError(_("Unknown score format %(name)r.") % {"name": str(stated)[:40]})
    return SCALES[str(stated)]


def entry_cells(item: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of an entry of AniList's API."""
    media = part(item, "media")
    lists = [name for name, is_on in part(item, "customLists").items() if is_on is True]
    names = part(media, "title")
    return {
        "title": names.get("romaji") or names.get("english") or names.get("native") or names.get("userPreferred"),
        "medium": media.get("type"),
        "ids": {"mal": media.get("idMal"), "anilist": item.get("mediaId") or media.get("id")},
        "format": str(media.get("format") or "").replace("_", " "),
        "of": media.get("episodes") or media.get("chapters"),
        "year": media.get("seasonYear") or part(media, "startDate").get("year"),
        "status": item.get("status"),
        "score": item.get("score"),
        "progress": item.get("progress"),
        "volumes": item.get("progressVolumes"),
        "tags": lists,
        "started_on": date_text(item.get("startedAt")),
        "finished_on": date_text(item.get("completedAt")),
        "rewatches": item.get("repeat"),
        "notes": item.get("notes"),
        "visibility": item.get("private"),
        "created_at": item.get("createdAt"),
        "updated_at": item.get("updatedAt"),
    }


def date_text(parts: object) -> Any:
    """Return {"year": 2015, "month": 3, "day": null} as "2015-03-00"; other values as they are."""
    if not isinstance(parts, dict):
        return parts
    year, month, day = (parts.get(name) or 0 for name in ("year", "month", "day"))
    return f"{year}-{month:0>2}-{day:0>2}" if year else ""


def read_gdpr(data: bytes, path: str) -> Items:
    """Yield the entries of the file that AniList sends on request: numbers for statuses, scores out of 100."""
    yield StatedScale(100)
    for number, item in enumerate(section(data, path), start=1):
        yield RawRow(number, _gdpr_cells(item))


def is_gdpr(item: dict[str, Any]) -> bool:
    return {"series_id", "series_type"} <= item.keys()


def _gdpr_cells(item: dict[str, Any]) -> dict[str, Any]:
    status = item.get("status")
    return {
        "title": _("AniList title %(id)s") % {"id": str(item.get("series_id"))[:40]},
        "medium": "manga" if str(item.get("series_type")) == "1" else None,
        "ids": {"anilist": item.get("series_id")},
        "status": GDPR_STATUSES.get(str(status), status),
        "score": item.get("score"),
        "progress": item.get("progress"),
        "volumes": item.get("progress_volume"),
        "started_on": item.get("started_on"),
        "finished_on": item.get("finished_on"),
        "rewatches": item.get("repeat"),
        "notes": item.get("notes"),
        "visibility": item.get("private"),
        "created_at": item.get("created_at"),
        "updated_at": item.get("updated_at"),
    }
