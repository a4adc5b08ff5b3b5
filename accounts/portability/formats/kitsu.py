"""Reader for Kitsu libraries: API responses (JSON:API), saved as JSON or fetched by username."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.portability.formats.json_parts import part, section
from accounts.portability.formats.rows import Items, RawRow, StatedScale

MAPPED = {"myanimelist/anime": "mal", "anilist/anime": "anilist", "anilist": "anilist", "anidb": "anidb"}
Anime = dict[str, dict[str, Any]]  # Kitsu ID → cells


def is_kitsu(start: str) -> bool:
    return '"libraryEntries"' in start or '"library-entries"' in start


def read(data: bytes) -> Items:
    yield StatedScale(20)
    anime = _anime(data)
    for number, item in enumerate(section(data, "data.item"), start=1):
        yield RawRow(number, _cells(item, anime))


def _anime(data: bytes) -> Anime:
    """Return the titles of the response, with names and external ids."""
    anime: Anime = {}
    mappings: dict[str, tuple[str, str]] = {}
    links: dict[str, list[str]] = {}
    for item in section(data, "included.item"):
        key, attributes = str(item.get("id")), part(item, "attributes")
        if item.get("type") == "mappings" and attributes.get("externalSite") in MAPPED:
            mappings[key] = MAPPED[attributes["externalSite"]], str(attributes.get("externalId") or "")
        elif item.get("type") == "anime":
            anime[key] = {
                "title": attributes.get("canonicalTitle"),
                "format": attributes.get("subtype"),
                "year": attributes.get("startDate"),
                "of": attributes.get("episodeCount"),
            }
            linked = part(part(item, "relationships"), "mappings").get("data")
            links[key] = [str(one.get("id")) for one in linked if isinstance(one, dict)] if linked else []
    for key, fields in anime.items():
        fields["ids"] = dict(mappings[link] for link in links[key] if link in mappings)
    return anime


def _cells(item: dict[str, Any], anime: Anime) -> dict[str, Any]:
    kitsu_id = str(part(part(part(item, "relationships"), "anime"), "data").get("id") or "")
    fields = anime.get(kitsu_id, {})
    attributes = part(item, "attributes")
    return {
        **fields,
        "title": fields.get("title") or (_("Kitsu title %(id)s") % {"id": kitsu_id[:40]} if kitsu_id else ""),
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
