"""Reader for lists in any other JSON: objects whose keys are named as columns are.

MyAnimeList's API, Anime-Planet, Shikimori, Simkl and their like differ in where the objects are, and in a few keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import ijson
from django.utils.translation import gettext as _

from accounts.portability.formats import anilist
from accounts.portability.formats.building import PROVIDERS
from accounts.portability.formats.json_parts import part, value_at, values_at
from accounts.portability.formats.rows import FileRemark, Items, RawRow, StatedScale
from accounts.portability.values.vocabulary import FIELD_OF, KINDS, OTHER_MEDIA, key

# Objects that describe the title, not the member's entry.
TITLE_OBJECTS = {"node", "anime", "media", "show", "movie", "title", "series"}
OF_TITLE = {"title", "year", "format", "link", "medium", *PROVIDERS}
NAMES = ("romaji", "english", "native", "user preferred", "canonical", "name", "en", "ja")
MAX_PLACES = 50  # lists of objects in a document
IDENTIFYING = {"title", "ids", *PROVIDERS}


class Place(NamedTuple):
    """A list of objects in a document. path: its prefix; medium: the key that it is under."""

    path: str
    first: dict[str, Any]
    medium: str


def places(data: bytes) -> list[Place]:
    """Return the lists whose first object looks like an entry, outermost first."""
    found: dict[str, Place] = {}
    prefixes = dict.fromkeys(
        prefix for prefix, event, _value in ijson.parse(data) if event == "start_map" and prefix.endswith("item")
    )
    for prefix in islice(prefixes, MAX_PLACES):  # each is looked for from the start
        if any(prefix.startswith(f"{outer}.") for outer in found):
            continue
        first = value_at(data, prefix)
        if isinstance(first, dict) and _is_entry(first):
            keys = [name for name in prefix.split(".") if name != "item"]
            found[prefix] = Place(prefix, first, keys[-1] if keys else "")
    return list(found.values())


def _is_entry(item: dict[str, Any]) -> bool:
    return anilist.is_gdpr(item) or bool(cells_of(item).keys() & IDENTIFYING)


def read(data: bytes) -> Items:
    found = [place for place in places(data) if key(place.medium) not in OTHER_MEDIA]
    if gdpr := next((place for place in found if anilist.is_gdpr(place.first)), None):
        yield from anilist.read_gdpr(data, gdpr.path)
        return
    if _is_anime_planet(data):
        yield StatedScale(5)
    elif any("list_status" in place.first or "target_id" in place.first for place in found):
        yield StatedScale(10)
    numbers = iter(range(1, 10**9))
    for place in found:
        kind = {"medium": place.medium} if key(place.medium) in KINDS else {}
        for item in values_at(data, place.path):
            if isinstance(item, dict):
                yield RawRow(next(numbers), kind | cells_of(item))
    if skipped := [place.medium for place in places(data) if key(place.medium) in OTHER_MEDIA]:
        yield FileRemark(_("Other lists in the file skipped: %(names)s.") % {"names": ", ".join(skipped)})


def _is_anime_planet(data: bytes) -> bool:
    first = value_at(data, "entries.item")
    return isinstance(first, dict) and {"name", "rating", "times", "eps"} <= first.keys()


def cells_of(item: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of an object, with those of the objects inside it."""
    if "mediaId" in item or "idMal" in part(item, "media"):
        return anilist.entry_cells(item)
    cells: dict[str, Any] = {}
    for name, value in _fields(item):
        if value is not None:
            cells.setdefault(name, value)
    return cells


def _fields(item: dict[str, Any], owner: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (field, value), those of the entry itself before those inside."""
    inner: list[tuple[str, dict[str, Any]]] = []
    for name, value in item.items():
        field = FIELD_OF.get(key(name), "")
        if field in ("started_on", "finished_on"):
            value = anilist.date_text(value)
        if isinstance(value, dict):
            inner.append((key(name), value))
        elif field and (not owner or owner not in TITLE_OBJECTS or field in OF_TITLE):
            yield field, value
    if "target_id" in item:  # Shikimori has MyAnimeList's ids
        yield "mal", item["target_id"]
    if owner == "node":
        yield "mal", item.get("id")
    if owner == "ids":
        yield "ids", {name: value for name, value in item.items() if isinstance(value, str | int)}
    for name, value in inner:
        if name == "title":
            yield "title", next((value[some] for some in value if key(some) in map(key, NAMES) and value[some]), None)
        else:
            yield from _fields(value, name)
