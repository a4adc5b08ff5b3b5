"""MyAnimeList's title page, as phones get it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import MAX_INTEGER, SourceCredit, SourceTitle
from catalog.importing.parsers.html import Page, text_of
from catalog.importing.parsers.pages.facts import facts_of, title_id
from catalog.importing.parsers.services.answers import Fields, relations_to

OTHER_NAMES = "AlternativeTitles"  # on two lines


def parse(page: Page) -> SourceTitle:
    """Return the title. Raise ValueError if the page isn't a title's."""
    row = facts_of("MyAnimeList", page, facts(page))
    season, season_year = row.read(normalise.season, "Premiered") or (None, None)
    started_on, ended_on = row.read(normalise.aired, "Aired") or (None, None)
    rating = row.read(normalise.age_rating, "Rating")
    tags = normalise.tags(row.texts("tags"))
    day, _, hour = (row.name("Broadcast") or "").removesuffix("(JST)").partition(" at ")
    return row.title(
        "myanimelist-page",
        {"mal": row.identifier("id")},
        name=row.name("name"),
        name_english=row.name("names", "English"),
        name_native=row.name("names", "Japanese"),
        synonyms=synonyms(row),
        format=row.read(normalise.title_format, "Type"),
        status=row.read(normalise.status, "Status"),
        episodes=row.count("Episodes"),
        episode_seconds=row.read(normalise.duration, "Duration"),
        started_on=started_on,
        ended_on=ended_on,
        broadcast_day=row.attempt(normalise.weekday, day if hour else None, "Broadcast"),
        broadcast_time=row.attempt(normalise.time_of_day, hour.strip(), "Broadcast"),
        season=season,
        season_year=season_year,
        source_material=row.read(normalise.source_material, "Source"),
        age_rating=rating,
        is_adult=normalise.is_adult(rating, tags),
        score=row.score(10, "score"),
        scored_by=row.count("scored_by"),
        score_counts=score_counts(page),
        synopsis=row.read(normalise.markup_to_text, "synopsis"),
        cover_url=row.read(normalise.web_address, "cover"),
        tags=tags,
        studios=normalise.studios(row.texts("studios")),
        relations=relations_to("mal", related(page)),
        **page_parts(row, page),
    )


def page_parts(row: Fields, page: Page) -> dict[str, Any]:
    """Return what only a title's page shows."""
    return {
        "producers": normalise.studios(row.texts("producers")),
        "credits": details.credits(credits(page)),
        "themes": details.themes(songs(page, "op"), songs(page, "ed")),
        "ranks": ranks(page),
    }


def facts(page: Page) -> dict[str, Any]:
    table = page.table("tr", "td.list-title", "td:nth-child(2)")
    labelled: dict[str, Any] = {label: text_of(node) for label, node in table.items()}
    return labelled | {
        "name": page.text("h1.title-name"),
        "names": names(table.get(OTHER_NAMES)),
        "studios": [text_of(link) for link in table["Studios"].css("a")] if "Studios" in table else [],
        "producers": [text_of(link) for link in table["Producers"].css("a")] if "Producers" in table else [],
        "tags": page.texts("[itemprop=genre]"),
        "score": page.text("[itemprop=ratingValue]"),
        "scored_by": page.text("[itemprop=ratingCount]"),
        "synopsis": next((node.inner_html for node in page.all("[itemprop=description]")), None),
        "cover": page.attribute("[itemprop=image]", "content"),
    }


def names(cell: LexborNode | None) -> dict[str, str]:
    """Return the names by language: a label in a span, then the text beside it."""
    found: dict[str, str] = {}
    label = ""
    for node in cell.iter(include_text=True) if cell is not None else ():
        if node.tag == "span":
            label = "" if "itemprop" in node.attributes else text_of(node)
        elif label and node.tag == "-text" and text_of(node):
            found.setdefault(label, text_of(node))
    return found


def synonyms(row: Fields) -> tuple[str, ...]:
    """Return the names in all languages. Synonyms are joined by semicolons."""
    every = row.row["names"]
    return normalise.synonyms(
        [*normalise.parts(every.get("Synonyms"), "; "), *(every[name] for name in every if name != "Synonyms")]
    )


def score_counts(page: Page) -> list[int] | None:
    """Return the votes for 1 … 10; None if the page doesn't give all of them."""
    votes: dict[str, int] = {}
    for node in page.all(".score-stats"):
        score, _, rest = text_of(node).partition(" ")
        number = rest.partition("(")[2].partition(" ")[0].replace(",", "")
        if number.isdecimal() and int(number) <= MAX_INTEGER:
            votes[score] = int(number)
    counts = [votes.get(str(score)) for score in range(1, 11)]
    return [count for count in counts if count is not None] if None not in counts else None


def related(page: Page) -> Iterator[tuple[str | None, str]]:
    """Yield the relations: the tiles, then the table below. Those with manga have no id of an anime."""
    for link, kind in page.pairs(".anime-detail-related-entries", "a.thumb", ".text"):
        yield title_id(link.attributes.get("href")), text_of(kind)
    for kind, links in page.pairs(".entries-table tr", "td", "ul, td:nth-child(2)"):
        for link in links.css("a"):
            yield title_id(link.attributes.get("href")), text_of(kind)


def ranks(page: Page) -> dict[str, int] | None:
    """Return the places by score and by popularity, written as "#152**"."""
    numbers = page.table("tr", "td.ar", "td:nth-child(2)")
    places = {label: text_of(node).strip("#*") for label, node in numbers.items()}
    return details.ranks(places.get("Ranked"), places.get("Popularity"))


def songs(page: Page, kind: str) -> list[str]:
    return page.texts(f".theme-songs-{kind} + div > table td:nth-child(2)")


def credits(page: Page) -> Iterator[SourceCredit | None]:
    """Yield the staff and the main characters with their voices in Japanese, as many as the page shows."""
    for name, role in page.pairs(".anime-detail-staff", "a.title", ".role"):
        yield details.staff(given_name_first(text_of(name)), text_of(role))
    for character, name in page.pairs(".slider.anime-detail-actors", "h3.name", "span.name"):
        yield details.voice(given_name_first(text_of(character)), "Main", given_name_first(text_of(name)), "Japanese")


def given_name_first(name: str) -> str:
    """Return "Haruo Sotozaki" for "Sotozaki, Haruo", as other sources have it."""
    family, _, given = name.partition(", ")
    return f"{given} {family}".strip()
