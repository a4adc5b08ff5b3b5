"""Kitsu's JSON:API: titles with the categories, studios, related titles and other sites' ids that are included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.services.answers import (
    MANGA,
    MEMBERS_LIST,
    Answer,
    AnswerError,
    Fields,
    at,
    collect,
    decode,
    items_at,
    known_texts,
    refuse,
    relations_to,
)
from catalog.models.relations import ExternalId

SERVICE = "Kitsu"
PARAMETERS = {
    "page[limit]": "20",  # the most that is allowed
    "include": "categories,mappings,animeProductions.producer,mediaRelationships.destination",
    "fields[categories]": "title",
    "fields[producers]": "name",
    "fields[mappings]": "externalSite,externalId",
}
SITES = {
    "myanimelist/anime": ExternalId.Provider.MAL,
    "anilist/anime": ExternalId.Provider.ANILIST,
    "anidb": ExternalId.Provider.ANIDB,
}
ENGLISH, NATIVE = ("en", "en_us", "en_gb"), ("ja_jp", "ko_kr", "zh_cn", "zh_tw")


class Included:
    """The resources that came with the titles, by type and id."""

    def __init__(self, document: dict[str, Any]) -> None:
        resources = [one for one in items_at(document, "included") if isinstance(one, dict)]
        self.resources = {self.key(one): one for one in resources}

    @staticmethod
    def key(resource: Any) -> tuple[str, str]:
        return str(at(resource, "type")), str(at(resource, "id"))

    def related(self, resource: Any, name: str) -> Iterator[dict[str, Any]]:
        """Yield the included resources of a relationship, to one or to many."""
        linked = at(resource, "relationships", name, "data")
        for link in linked if isinstance(linked, list) else [linked]:
            if found := self.resources.get(self.key(link)):
                yield found

    def texts(self, resource: Any, name: str, attribute: str) -> list[str]:
        return known_texts(at(one, "attributes", attribute) for one in self.related(resource, name))


def parse_titles(body: bytes) -> Answer:
    """Parse titles, or one."""
    document = decode(body, SERVICE)
    if errors := items_at(document, "errors"):
        raise refuse(SERVICE, at(errors[0], "detail") or at(errors[0], "title"))
    data = document.get("data")
    if not isinstance(data, (dict, list)):
        raise AnswerError(f"{SERVICE}'s answer has no data")
    rows = data if isinstance(data, list) else [data]
    types = {str(at(row, "type")) for row in rows}
    if "libraryEntries" in types:
        raise AnswerError(MEMBERS_LIST)
    if types and not types & {"anime", "manga"}:
        raise AnswerError(f"{SERVICE} answered with {', '.join(sorted(types))}, not with titles")
    included = Included(document)
    return collect(SERVICE, rows, lambda row: parse_title(row, included), at(document, "links", "next"))


def parse_title(row: Fields, included: Included) -> SourceTitle:
    if row.row.get("type") != "anime":
        raise ValueError(MANGA if row.row.get("type") == "manga" else "it isn't a title")
    attributes = Fields(row.number, row.row.get("attributes"), row.remarks)
    rating = age_rating(attributes)
    tags = normalise.tags(included.texts(row.row, "categories", "title") + included.texts(row.row, "genres", "name"))
    is_adult = normalise.is_adult(rating, tags)
    return row.title(
        "kitsu",
        external_ids(row, included),
        **names(attributes),
        format=attributes.read(normalise.title_format, "subtype"),
        status=attributes.read(normalise.status, "status"),
        episodes=attributes.count("episodeCount"),
        episode_seconds=attributes.seconds(60, "episodeLength"),
        started_on=attributes.date("startDate"),
        ended_on=attributes.date("endDate"),
        next_airing_at=attributes.read(normalise.iso_moment, "nextRelease"),
        age_rating=rating,
        is_adult=attributes.flag("nsfw") or is_adult,
        score=attributes.score(100, "averageRating"),
        scored_by=votes(attributes),
        members=attributes.count("userCount"),
        synopsis=attributes.read(normalise.markup_to_text, "synopsis"),
        cover_url=attributes.read(normalise.web_address, "posterImage", "large")
        or attributes.read(normalise.web_address, "posterImage", "original"),
        tags=tags,
        studios=normalise.studios(studios(row.row, included, "studio")),
        producers=normalise.studios(studios(row.row, included, "producer")),
        trailer=details.youtube_id(attributes.row.get("youtubeVideoId")),
        ranks=details.ranks(attributes.row.get("ratingRank"), attributes.row.get("popularityRank")),
        relations=relations_to("kitsu", related(row.row, included)),
    )


def names(attributes: Fields) -> dict[str, Any]:
    """Return the names; all that have no place of their own are synonyms."""
    every = at(attributes.row, "titles")
    titles = {code: attributes.name("titles", code) for code in every} if isinstance(every, dict) else {}
    canonical = attributes.name("canonicalTitle")
    return {
        "name": titles.get("en_jp") or canonical,
        "name_english": next((titles[code] for code in ENGLISH if titles.get(code)), None),
        "name_native": next((titles[code] for code in NATIVE if titles.get(code)), None),
        "synonyms": normalise.synonyms([canonical, *attributes.texts("abbreviatedTitles"), *titles.values()]),
    }


def age_rating(attributes: Fields) -> str | None:
    """Return the age rating. The guide beside it tells "R" from "R+" and "PG" from "PG-13"."""
    rating, guide = attributes.name("ageRating"), attributes.name("ageRatingGuide")
    try:
        precise = normalise.age_rating(f"{rating} - {guide}") if rating and guide else None
    except ValueError:
        precise = None
    return precise or attributes.read(normalise.age_rating, "ageRating")


def votes(attributes: Fields) -> int | None:
    """Return how many people gave a score."""
    frequencies = at(attributes.row, "ratingFrequencies")
    if not isinstance(frequencies, dict):
        return None
    return sum(attributes.count("ratingFrequencies", str(score)) or 0 for score in frequencies) or None


def external_ids(row: Fields, included: Included) -> dict[str, str | None]:
    """Return Kitsu's own id, and those of other sites from the mappings."""
    ids: dict[str, str | None] = {"kitsu": row.identifier("id")}
    for mapping in included.related(row.row, "mappings"):
        if provider := SITES.get(str(at(mapping, "attributes", "externalSite"))):
            ids.setdefault(
                str(provider), Fields(row.number, mapping, row.remarks).identifier("attributes", "externalId")
            )
    return ids


def studios(resource: dict[str, Any], included: Included, role: str) -> Iterator[str]:
    for production in included.related(resource, "animeProductions"):
        if at(production, "attributes", "role") == role:
            yield from included.texts(production, "producer", "name")


def related(resource: dict[str, Any], included: Included) -> Iterator[tuple[Any, Any]]:
    """Yield the relations with anime. Those with manga are left out."""
    for one in included.related(resource, "mediaRelationships"):
        other = at(one, "relationships", "destination", "data")
        if at(other, "type") == "anime":
            yield at(other, "id"), at(one, "attributes", "role")
