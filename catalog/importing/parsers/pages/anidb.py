"""AniDB's title page: the tables of facts and names, with schema.org's markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers import normalise
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.html import Page, text_of
from catalog.importing.parsers.pages.facts import facts_of, title_id
from catalog.importing.parsers.services.answers import relations_to

DAY = re.compile(r"(?:(?P<day>\d\d|\?\?)\.)?(?:(?P<month>\d\d|\?\?)\.)?(?P<year>\d{4})")
EPISODES = re.compile(r"(\d+)")
INFO, TITLES = "#tab_1_pane", "#tab_2_pane"
# Tags that say what a title is made from; all others describe it. "New" is a work without a source.
SOURCE_TAGS = {name: name for name in ("manga", "novel", "light novel", "web novel", "visual novel", "game")}
SOURCE_TAGS |= {"new": "original", "4-koma": "4-koma manga"}


def parse(page: Page) -> SourceTitle:
    """Return the title. Raise ValueError if the page isn't a title's."""
    row = facts_of("AniDB", page, facts(page))
    season, season_year = row.read(normalise.season, "season") or (None, None)
    started_on, ended_on = row.read(dates, "year") or (None, None)
    kind, episodes = row.read(kind_and_episodes, "type") or (None, None)
    words = row.texts("tags")
    return row.title(
        "anidb-page",
        {"anidb": row.identifier("id"), "mal": row.identifier("mal")},
        name=row.name("name"),
        name_english=row.name("names", "en"),
        name_native=row.name("names", "ja"),
        synonyms=row.names(("synonyms",)),
        format=row.attempt(normalise.title_format, kind, "type"),
        episodes=episodes,
        started_on=started_on,
        ended_on=ended_on,
        season=season,
        season_year=season_year,
        source_material=normalise.source_material(next((SOURCE_TAGS[w] for w in words if w in SOURCE_TAGS), None)),
        is_adult={"true": False, "false": True}.get(str(row.row["family_friendly"])),
        score=row.score(10, "score"),
        scored_by=row.count("scored_by"),
        synopsis=row.read(normalise.markup_to_text, "synopsis"),
        cover_url=row.read(normalise.web_address, "cover"),
        tags=normalise.tags(word for word in words if word not in SOURCE_TAGS),
        studios=normalise.studios(row.texts("studios")),
        relations=relations_to("anidb", related(page)),
    )


def facts(page: Page) -> dict[str, Any]:
    rows = {name: page.text(f"{INFO} tr.{name} td.value") for name in ("type", "year", "season")}
    staff = page.table("#staffoverview tr", ".credit", ".creator")
    return rows | {
        "name": page.text(f"{INFO} [itemprop=name]"),
        "names": official_names(page),
        "synonyms": [*page.texts(f"{TITLES} [itemprop=alternateName]"), *other_names(page)],
        "tags": page.texts(f"{INFO} tr.tags .tagname"),
        "mal": only_mal_id(page),
        "family_friendly": page.attribute(f"{INFO} [itemprop=isFamilyFriendly]", "content"),
        "score": page.text(f"{INFO} [itemprop=ratingValue]"),
        "scored_by": page.attribute(f"{INFO} [itemprop=ratingCount]", "content"),
        "synopsis": next((node.inner_html for node in page.all("[itemprop=description]")), None),
        "cover": page.attribute("img[itemprop=image]", "src"),
        "studios": [text_of(link) for link in staff["Animation Work"].css("a")] if "Animation Work" in staff else [],
    }


def official_names(page: Page) -> dict[str, str]:
    """Return the official names by language, whose code is the text of the flag."""
    found: dict[str, str] = {}
    for flag, name in page.pairs(f"{TITLES} tr.official", ".icons", "[itemprop=alternateName]"):
        found.setdefault(text_of(flag), text_of(name))
    return found


def other_names(page: Page) -> list[str]:
    return [name for text in page.texts(f"{TITLES} tr.syn td.value") for name in normalise.parts(text, ", ")]


def kind_and_episodes(value: Any) -> tuple[str, int | None]:
    """Parse "TV Series, 26 episodes". "OVA" alone has one episode; "unknown number of episodes" is unknown."""
    kind, comma, rest = str(value or "").partition(",")
    number = EPISODES.search(rest)
    return kind, int(number[0]) if number else None if comma or not kind else 1


def dates(value: Any) -> tuple[PartialDate | None, PartialDate | None]:
    """Parse "23.08.2014 until 06.02.2016", "??.07.2007" or "2014 until ?". A single date is both."""
    first, until, last = str(value or "").partition(" until ")
    return day(first), day(last) if until else day(first)


def day(text: str) -> PartialDate | None:
    if normalise.known_text(text) is None:
        return None
    match = DAY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text.strip()[:40]!r} is not a date")
    number, month = (int(match[part]) if (match[part] or "?").isdecimal() else None for part in ("day", "month"))
    return PartialDate(int(match["year"]), month, number if month else None)


def only_mal_id(page: Page) -> str | None:
    """Return MyAnimeList's id; None if several titles there make up this one."""
    links = page.all(f'{INFO} tr.resources a[href*="//myanimelist.net/anime/"]')
    ids = {title_id(link.attributes.get("href")) for link in links}
    return ids.pop() if len(ids) == 1 else None


def related(page: Page) -> Iterator[tuple[str | None, str]]:
    """Yield the direct relations."""
    for link, kind in page.pairs("#relations_direct .stripe", ".name a", ".info .type"):
        yield title_id(link.attributes.get("href")), text_of(kind)
