"""AniList's GraphQL: titles, and the next episodes of titles that air.

An answer holds `Media`, `Page`, or several pages under aliases. Scores and popularity are those of AniList's members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import (
    SourceCredit,
    SourceLink,
    SourceRelation,
    SourceStream,
    SourceTag,
    SourceTitle,
)
from catalog.importing.parsers.services.answers import (
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
from catalog.models.streams import Service
from catalog.models.tags import Tag
from catalog.models.titles import Medium
from catalog.titles.external_ids import in_space

LINK_TYPES = ("INFO", "SOCIAL", "STREAMING")
SERVICE = "AniList"
PAGE_SIZE = 50
AIRING_QUERY = """query ($ids: [Int]) {
  Page(page: 1, perPage: 50) {
    media(id_in: $ids, type: ANIME) { id idMal status episodes nextAiringEpisode { airingAt episode } }
  }
}"""
MANGA_FORMATS = {"MANGA", "NOVEL", "ONE_SHOT"}
SPACES = {"ANIME": "anilist", "MANGA": "anilist@manga"}  # of ids, by type


def airing_variables(ids: list[int]) -> dict[str, list[int]]:
    """Return the variables of `AIRING_QUERY`. Raise ValueError for more ids than fit on a page."""
    if len(ids) > PAGE_SIZE:
        raise ValueError(f"{len(ids)} ids at once: {SERVICE} answers {PAGE_SIZE}")
    return {"ids": ids}


def parse_media(body: bytes) -> Answer:
    """Parse titles. Of a title without an id, its related or recommended titles are parsed instead."""
    return collect(SERVICE, found_media(body), parse_title)


def parse_airing(body: bytes) -> Answer:
    """Parse an answer to `AIRING_QUERY`: rows without names."""
    return collect(SERVICE, found_media(body), parse_next_episode)


def found_media(body: bytes) -> list[Any]:
    parts = parts_of(decode(body, SERVICE))
    media = [one for part in parts for one in media_of(part)]
    if not media and not any("media" in part for part in parts):
        names = ", ".join(name for part in parts for name in part)
        raise AnswerError(f"{SERVICE}'s answer has no titles, only {names or 'empty objects'}")
    return media


def parts_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the query asked for: `Media`, `Page`, or pages under aliases."""
    data, errors = document.get("data"), items_at(document, "errors")
    parts = [part for part in data.values() if isinstance(part, dict)] if isinstance(data, dict) else []
    if errors and not parts:
        raise refuse(SERVICE, at(errors[0], "message"))
    if not parts:
        raise AnswerError(f"{SERVICE}'s answer has no data")
    if any("lists" in part for part in parts):
        raise AnswerError(MEMBERS_LIST)
    return parts


def media_of(part: dict[str, Any]) -> list[Any]:
    """Return the titles of one part of `data`: of a page, one title, or the titles that one is related to."""
    if isinstance(part.get("media"), list):
        return list(part["media"])
    if "id" in part:
        return [part]
    related = [at(edge, "node") for edge in items_at(part, "relations", "edges")]
    return related + [at(node, "mediaRecommendation") for node in items_at(part, "recommendations", "nodes")]


def parse_next_episode(row: Fields) -> SourceTitle:
    return row.title(
        "anilist",
        ids(row),
        status=row.read(normalise.status, "status"),
        episodes=row.count("episodes"),
        **next_episode(row),
    )


def parse_title(row: Fields) -> SourceTitle:
    if row.row.get("type") == "MANGA" or row.name("format") in MANGA_FORMATS:
        return parse_read(row)
    return row.title(
        "anilist",
        ids(row),
        format=row.read(normalise.title_format, "format"),
        **shared(row),
        episodes=row.count("episodes"),
        episode_seconds=row.seconds(60, "duration"),
        season=row.read(lambda value: normalise.season(value)[0], "season"),
        season_year=row.count("seasonYear"),
        source_material=row.read(normalise.source_material, "source"),
        studios=studios(row, is_main=True),
        producers=studios(row, is_main=False),
        credits=details.credits([*staff(row), *cast(row)]),
        streams=details.streams(streams(row)),
        trailer=trailer(row),
        **next_episode(row),
    )


def parse_read(row: Fields) -> SourceTitle:
    """Parse a manga or a light novel."""
    return row.title(
        "anilist",
        {in_space(provider, Medium.MANGA): value for provider, value in ids(row).items()},
        **shared(row),
        medium=row.read(normalise.read_medium, "format"),
        chapters=row.count("chapters"),
        volumes=row.count("volumes"),
        credits=details.credits(staff(row)),
    )


def shared(row: Fields) -> dict[str, Any]:
    """Return what anime and manga have alike."""
    return dict(
        **names(row),
        status=row.read(normalise.status, "status"),
        started_on=row.dated("startDate"),
        ended_on=row.dated("endDate"),
        is_adult=row.flag("isAdult"),
        score=row.score(100, "meanScore") or row.score(100, "averageScore"),
        members=row.count("popularity"),
        synopsis=row.read(normalise.markup_to_text, "description"),
        cover_url=row.read(normalise.web_address, "coverImage", "extraLarge")
        or row.read(normalise.web_address, "coverImage", "large"),
        tags=tags(row),
        relations=related(row),
        links=details.links(links(row)),
        ranks=ranks(row),
        status_counts=status_counts(row),
    )


def ids(row: Fields) -> dict[str, str | None]:
    return {"anilist": row.identifier("id"), "mal": row.identifier("idMal")}


def names(row: Fields) -> dict[str, Any]:
    """Return the names. A title without a romanised one has its English or native name as main name."""
    english, native = row.name("title", "english"), row.name("title", "native")
    return {
        "name": row.name("title", "romaji") or row.name("title", "userPreferred") or english or native,
        "name_english": english,
        "name_native": native,
        "synonyms": row.names(("synonyms",)),
    }


def next_episode(row: Fields) -> dict[str, Any]:
    airs_at = row.read(lambda value: normalise.moment(value, "time"), "nextAiringEpisode", "airingAt")
    return {"next_airing_at": airs_at, "next_episode": row.count("nextAiringEpisode", "episode")}


def tags(row: Fields) -> tuple[SourceTag, ...]:
    """Return genres and tags, without those that give the plot away."""
    safe = [one for one in row.items("tags") if not is_spoiler(one)]
    adult = {
        tag.name for tag in normalise.tags(known_texts(at(one, "name") for one in safe if at(one, "isAdult") is True))
    }
    found = normalise.tags([*row.texts("genres"), *known_texts(at(one, "name") for one in safe)])
    return tuple(
        replace(tag, is_adult=True) if tag.kind == Tag.Kind.TAG and tag.name in adult else tag for tag in found
    )


def is_spoiler(tag: Any) -> bool:
    return at(tag, "isMediaSpoiler") is True or at(tag, "isGeneralSpoiler") is True


def studios(row: Fields, *, is_main: bool) -> tuple[str, ...]:
    """Return the main studios, or the producers beside them."""
    edges = (edge for edge in row.items("studios", "edges") if (at(edge, "isMain") is True) == is_main)
    return normalise.studios(known_texts(at(edge, "node", "name") for edge in edges))


def name_of(node: Any) -> Any:
    """Return a person's or a character's name. Queries ask for the full one, or for the one a member prefers."""
    return at(node, "name", "full") or at(node, "name", "userPreferred")


def staff(row: Fields) -> Iterator[SourceCredit | None]:
    for part in ("staff", "staffPreview"):
        for edge in row.items(part, "edges"):
            yield details.staff(name_of(at(edge, "node")), at(edge, "role"))


def cast(row: Fields) -> Iterator[SourceCredit | None]:
    """Yield each character with each voice, or without one."""
    for part in ("characters", "characterPreview"):
        for edge in row.items(part, "edges"):
            for actor in items_at(edge, "voiceActors") or [None]:
                character, role = name_of(at(edge, "node")), at(edge, "role")
                language = at(actor, "language") or at(actor, "languageV2")
                yield details.voice(character, role, name_of(actor), language)


def streams(row: Fields) -> Iterator[SourceStream | None]:
    """Yield the links to services. A link without a type is one unless it may be to a channel of trailers."""
    for one in row.items("externalLinks"):
        kind, found = link_type(one), details.stream(at(one, "url"), at(one, "language"))
        if at(one, "isDisabled") is not True and found and (kind == "STREAMING" or is_untyped_service(kind, found)):
            yield found


def link_type(one: Any) -> str | None:
    """Return the type of a link; an unknown one is none."""
    kind = at(one, "type")
    return kind if kind in LINK_TYPES else None


def is_untyped_service(kind: Any, found: SourceStream) -> bool:
    return kind is None and found.service != Service.YOUTUBE


def links(row: Fields) -> Iterator[SourceLink | None]:
    """Yield official and other pages. Of links without a type, which may lead to any service, only known kinds."""
    for one in row.items("externalLinks"):
        kind = link_type(one)
        if kind != "STREAMING" and at(one, "isDisabled") is not True:
            found = details.link(at(one, "site"), at(one, "url"), kind)
            yield found if kind is not None or (found and found.kind != "info") else None


def trailer(row: Fields) -> str | None:
    return details.youtube_id(at(row.row, "trailer", "id")) if at(row.row, "trailer", "site") == "youtube" else None


def ranks(row: Fields) -> dict[str, int] | None:
    """Return the places among all titles; those of a format, a year or a season are left out."""
    all_time = [one for one in row.items("rankings") if at(one, "allTime") is True]
    places = {kind: at(one, "rank") for one in all_time if isinstance(kind := at(one, "type"), str)}
    return details.ranks(places.get("RATED"), places.get("POPULAR"))


def status_counts(row: Fields) -> dict[str, int] | None:
    rows = row.items("stats", "statusDistribution")
    return details.status_counts((at(one, "status"), at(one, "amount")) for one in rows)


def related(row: Fields) -> tuple[SourceRelation, ...]:
    """Return the relations with anime, then those with manga and novels."""
    edges = row.items("relations", "edges")
    return tuple(
        relation
        for kind, space in SPACES.items()
        for relation in relations_to(
            space,
            ((at(edge, "node", "id"), at(edge, "relationType")) for edge in edges if at(edge, "node", "type") == kind),
        )
    )
