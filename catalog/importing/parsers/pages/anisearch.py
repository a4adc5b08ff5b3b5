"""aniSearch's title page: schema.org data first, then the information box."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.html import Page, text_of
from catalog.importing.parsers.pages.facts import facts_of, linked_title, title_id
from catalog.importing.parsers.services.answers import Fields, relations_to

BOX = "#information .infoblock"


def parse(page: Page) -> SourceTitle:
    """Return the title. Raise ValueError if the page isn't a title's."""
    row = facts_of("aniSearch", page, {"page": facts(page), "data": linked_title(page)})
    return row.title(
        "anisearch-page",
        {"anisearch": row.identifier("id")},
        name=row.name("data", "name") or row.name("page", "name"),
        name_english=row.name("page", "english"),
        name_native=row.name("page", "native"),
        synonyms=row.names(("page", "names")),
        format=row.read(lambda value: normalise.title_format(str(value).partition(",")[0]), "page", "type"),
        status=row.read(normalise.status, "page", "status"),
        episodes=row.count("data", "numberOfEpisodes"),
        episode_seconds=row.read(normalise.duration, "page", "duration"),
        started_on=row.date("data", "startDate"),
        ended_on=row.date("data", "endDate"),
        source_material=row.read(normalise.source_material, "page", "adapted"),
        score=score(row),
        scored_by=row.count("data", "aggregateRating", "ratingCount"),
        synopsis=row.read(normalise.markup_to_text, "page", "synopsis"),
        cover_url=row.read(normalise.web_address, "data", "image"),
        tags=normalise.tags(row.texts("data", "genre") + row.texts("page", "tags")),
        studios=normalise.studios(row.texts("page", "studios")),
        relations=relations_to("anisearch", related(page)),
    )


def facts(page: Page) -> dict[str, Any]:
    """Return the box's values for Japan, whose entry is the first, and the names in every language."""
    labelled = {name: value(page, name) for name in ("type", "status", "adapted")}
    return labelled | {
        "name": page.text(f"{BOX} .title[lang=ja] strong"),
        "english": page.text(f"{BOX} .title[lang=en] strong"),
        "native": next(reversed(page.texts(f"{BOX} .title[lang=ja] .grey")), None),
        "names": page.texts(f"{BOX} .title strong, {BOX} .title .grey") + synonyms(page),
        "duration": page.text(f"{BOX} .type time"),
        "synopsis": synopsis(page),
        "tags": page.texts("#description ul.cloud a"),
        "studios": page.texts(f"{BOX} > li:first-child .company a"),
    }


def value(page: Page, name: str) -> str | None:
    """Return the text behind a label ("Status: Completed"), None without one."""
    text = page.text(f"{BOX} > li:first-child .{name}")
    return text.partition(":")[2].strip() if text else None


def synonyms(page: Page) -> list[str]:
    return normalise.parts((page.text(f"{BOX} .synonyms") or "").partition(":")[2], ", ")


def synopsis(page: Page) -> str | None:
    """Return the English description, without the hidden note of its source."""
    for block in page.all("#description div[lang=en]"):
        for hidden in block.css(".hidden"):
            hidden.decompose()
        return block.inner_html
    return None


def score(row: Fields) -> float | None:
    best = row.count("data", "aggregateRating", "bestRating")
    return row.score(best, "data", "aggregateRating", "ratingValue") if best else None


def related(page: Page) -> Iterator[tuple[str | None, str]]:
    """Yield the relations with anime ("Anime: Sequel"). Those with manga and films have no id of an anime."""
    for link, kind in page.pairs("#relations2 li", "a", "span"):
        yield title_id(link.attributes.get("href")), text_of(kind).partition(":")[2].strip()
