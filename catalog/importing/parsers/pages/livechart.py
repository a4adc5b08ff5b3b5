"""LiveChart's title page: schema.org data first, then the facts beside the poster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.html import Page, text_of
from catalog.importing.parsers.pages.facts import facts_of, linked_title
from catalog.importing.parsers.services.answers import relations_to

CARD = "data-compact-anime-card-id"
ROOT = '[data-controller="anime-details"]'


def parse(page: Page) -> SourceTitle:
    """Return the title. Raise ValueError if the page isn't a title's."""
    row = facts_of("LiveChart", page, {"page": facts(page), "data": linked_title(page)})
    season, season_year = row.read(normalise.season, "page", "Season") or (None, None)
    return row.title(
        "livechart-page",
        {"livechart": row.identifier("id")},
        name=row.name("page", "romaji") or row.name("data", "name"),
        name_english=row.name("page", "english"),
        name_native=row.name("page", "Original title"),
        synonyms=row.names(("data", "alternateName")),
        format=row.read(normalise.title_format, "page", "Format"),
        status=row.read(normalise.status, "page", "Status"),
        episodes=row.count("data", "numberOfEpisodes"),
        episode_seconds=row.read(normalise.duration, "page", "Run time"),
        started_on=row.read(normalise.iso_date, "data", "datePublished"),
        next_airing_at=row.read(lambda value: normalise.moment(value, "time"), "page", "airs_at"),
        next_episode=row.count("page", "next_episode"),
        season=season,
        season_year=season_year,
        source_material=row.read(normalise.source_material, "page", "Source"),
        score=row.score(10, "data", "aggregateRating", "ratingValue"),
        scored_by=row.count("data", "aggregateRating", "ratingCount"),
        synopsis=row.read(normalise.markup_to_text, "data", "description"),
        cover_url=row.read(normalise.web_address, "data", "image"),
        tags=normalise.tags(row.texts("data", "genre")),
        studios=normalise.studios(row.texts("data", "productionCompany", key="name")),
        relations=relations_to("livechart", related(page)),
    )


def facts(page: Page) -> dict[str, Any]:
    """Return the labelled values, the names and the next episode."""
    labelled: dict[str, Any] = {}
    for label in page.all(f"{ROOT} .font-bold, {ROOT} .text-xs"):
        if label.parent is not None:
            labelled.setdefault(text_of(label), text_of(label.parent).removeprefix(text_of(label)).strip())
    return labelled | {
        "romaji": page.attribute(ROOT, "data-anime-details-romaji-title"),
        "english": page.attribute(ROOT, "data-anime-details-english-title"),
        "airs_at": page.attribute("[data-countdown-bar-timestamp]", "data-countdown-bar-timestamp"),
        "next_episode": (page.text("[data-countdown-bar-timestamp] .text-2xl") or "").removeprefix("EP"),
    }


def related(page: Page) -> Iterator[tuple[str | None, str]]:
    """Yield the related titles. The page doesn't say how they are related."""
    return ((card.attributes.get(CARD), "") for card in page.all(f"[{CARD}]"))
