"""Reader for Kitsu libraries: API responses (JSON:API), saved as JSON or fetched by username."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.portability.formats.json_parts import part, section
from accounts.portability.formats.rows import Items, RawRow, StatedScale

MAPPED = {
    "myanimelist/anime": "mal", "myanimelist/manga": "mal", "anilist/anime": "anilist", "anilist/manga": "anilist",
    "anilist": "anilist", "anidb": "anidb",
}  # fmt: skip
MEDIA = ("anime", "manga")
Titles = dict[tuple[str, str], dict[str, Any]]  # type and Kitsu ID → cells


def is_kitsu(start: str) -> bool:
    return '"libraryEntries"' in start or '"library-entries"' in start


def read(data: bytes) -> Items:
    yield StatedScale(20)
    titles = _titles(data)
    for number, item in enumerate(section(data, "data.item"), start=1):
        yield RawRow(number, _cells(item, titles))


def _titles(data: bytes) -> Titles:
    """Return the titles of the response, with names and external ids."""
    titles: Titles = {}
    mappings: dict[str, tuple[str, str]] = {}
    links: dict[tuple[str, str], list[str]] = {}
    for item in section(data, "included.item"):
        medium, key, attributes = str(item.get("type")), str(item.get("id")), part(item, "attributes")
        if medium == "mappings" and attributes.get("externalSite") in MAPPED:
            mappings[key] = MAPPED[attributes["externalSite"]], str(attributes.get("externalId") or "")
        elif medium in MEDIA:
            titles[medium, key] = {
                "title": attributes.get("canonicalTitle"),
                "format": attributes.get("subtype"),
                "year": attributes.get("startDate"),
                "of": attributes.get("episodeCount") or attributes.get("chapterCount"),
            }
            linked = part(part(item, "relationships"), "mappings").get("data")
            links[medium, key] = [str(one.get("id")) for one in linked if isinstance(one, dict)] if linked else []
    for where, fields in titles.items():
        fields["ids"] = dict(mappings[link] for link in links[where] if link in mappings)
    return titles


def _cells(item: dict[str, Any], titles: Titles) -> dict[str, Any]:
    related = part(item, "relationships")
    medium = next((medium for medium in MEDIA if part(part(related, medium), "data").get("id")), "anime")
    kitsu_id = str(part(part(related, medium), "data").get("id") or "")
    fields = titles.get((medium, kitsu_id), {})
    attributes = part(item, "attributes")
    return {
        **fields,
        "title": fields.get("title") or (_("Kitsu title %(id)s") % {"id": kitsu_id[:40]} if kitsu_id else ""),
        "medium": medium,
        "ids": {"kitsu": kitsu_id, **fields.get("ids", {})},
        "status": attributes.get("status"),
        "score": attributes.get("ratingTwenty"),
        "progress": attributes.get("progress"),
        "started_on": attributes.get("startedAt"),
        "finished_on": attributes.get("finishedAt"),
        "rewatches": attributes.get("reconsumeCount"),
        "is_rewatching": attributes.get("reconsuming"),
        "notes": attributes.get("notes"),
        "visibility": attributes.get("private"),
        "created_at": attributes.get("createdAt"),
        "updated_at": attributes.get("updatedAt"),
    }
