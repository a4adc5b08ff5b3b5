"""Reader for Kitsu libraries: API responses (JSON:API), saved as JSON or fetched by username."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import EntryStatus, Visibility
from accounts.portability.formats import rows
from accounts.portability.formats.json_parts import part, section
from accounts.portability.formats.rows import InvalidRow, Row, make_row
from accounts.portability.formats.streams import LimitedReader

STATUSES = {
    "current": EntryStatus.WATCHING, "completed": EntryStatus.COMPLETED, "on_hold": EntryStatus.ON_HOLD,
    "dropped": EntryStatus.DROPPED, "planned": EntryStatus.PLANNED,
}  # fmt: skip
FORMATS = {name.lower(): name.lower() for name in ("TV", "movie", "OVA", "ONA", "special", "music")}
MAPPED = {"myanimelist/anime": "mal", "anilist/anime": "anilist", "anilist": "anilist", "anidb": "anidb"}
Anime = dict[str, dict[str, Any]]  # Kitsu ID → arguments of make_row


def is_kitsu(start: str) -> bool:
    return '"libraryEntries"' in start or '"library-entries"' in start


def read(stream: LimitedReader) -> Iterator[Row]:
    data = stream.read()
    anime = _anime(data)
    for number, item in enumerate(section(data, "data.item"), start=1):
        yield _row(number, item, anime)


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
                "name": attributes.get("canonicalTitle"),
                "format": FORMATS.get(str(attributes.get("subtype") or "").lower(), ""),
                "year": rows.year(attributes.get("startDate")),
            }
            linked = part(part(item, "relationships"), "mappings").get("data")
            links[key] = [str(one.get("id")) for one in linked if isinstance(one, dict)] if linked else []
    for key, fields in anime.items():
        fields["ids"] = dict(mappings[link] for link in links[key] if link in mappings)
    return anime


def _row(number: int, item: dict[str, Any], anime: Anime) -> Row:
    kitsu_id = str(part(part(part(item, "relationships"), "anime"), "data").get("id") or "")
    fields = dict(anime.get(kitsu_id, {}))
    name = fields.pop("name", None) or _("Kitsu title %(id)s") % {"id": kitsu_id[:40]}
    try:
        if not kitsu_id:
            raise ValueError(_("not an anime"))
        fields["ids"] = rows.identifiers({"kitsu": kitsu_id, **fields.get("ids", {})})
        return make_row(number, name, **fields, **_values(part(item, "attributes")))
    except ValueError as error:
        return InvalidRow(number, str(name)[: rows.MAX_NAME], str(error))


def _values(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": rows.choice(attributes.get("status"), "status", STATUSES),
        "score": rows.score(attributes.get("ratingTwenty"), "ratingTwenty", out_of=20),
        "progress": rows.number(attributes.get("progress"), "progress"),
        "started_on": rows.date(str(attributes.get("startedAt") or "")[:10], "startedAt"),
        "finished_on": rows.date(str(attributes.get("finishedAt") or "")[:10], "finishedAt"),
        "rewatches": rows.number(attributes.get("reconsumeCount"), "reconsumeCount"),
        "notes": rows.text(attributes.get("notes"), "notes"),
        "visibility": Visibility.PRIVATE if attributes.get("private") is True else None,
        "created_at": rows.moment(attributes.get("createdAt"), "createdAt"),
        "updated_at": rows.moment(attributes.get("updatedAt"), "updatedAt"),
    }
