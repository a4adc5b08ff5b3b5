"""Filters that a question says in words: "a short comedy from the 90s without school" → tags, years, minutes.

In English and German. Each is a parameter of the browse page, so it means there and here the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from catalog.index.seasons import SEASONS
from catalog.index.titles import title_index
from catalog.search.keys import search_key
from catalog.versioning import catalogue_version
from catalog.viewers import Viewer

WORDS = Path(__file__).parent / "words.toml"
LONGEST_PHRASE = 5  # words
SHORT_MINUTES, SHORT_EPISODES = 15, 13
NOT = {"no", "not", "without", "ohne", "kein", "keine", "nicht"}
LEAST_STUDIO = 4  # letters
FACTS: dict[str, tuple[tuple[str, str], ...]] = {
    "movie|movies|film|films|filme|kinofilm|spielfilm": (("format", "movie"),),
    "tv series|tv show|fernsehserie|tv serie": (("format", "tv"),),
    "ova|ovas": (("format", "ova"),),
    "short episodes|short episode|kurze folgen|kurzen folgen|kurze episoden|kurzen episoden|shorts"
    "|short comedy episodes": (("minutes_max", str(SHORT_MINUTES)),),
    "short series|kurze serie|kurzen serie": (("episodes_max", str(SHORT_EPISODES)),),
    "finished|completed|abgeschlossen|abgeschlossene|abgeschlossenen": (("status", "finished"),),
    "currently airing|still airing|airing now|laufend|laufende|laufenden": (("status", "airing"),),
    "upcoming|not yet aired|angekündigt|angekündigte": (("status", "upcoming"),),
    "based on a light novel|light novel adaptation|nach einer light novel": (("source_material", "light_novel"),),
    "based on a manga|manga adaptation|nach einem manga|mangaverfilmung": (("source_material", "manga"),),
    "based on a game|game adaptation|based on a video game|nach einem videospiel": (("source_material", "game"),),
    "based on a visual novel|visual novel adaptation|nach einer visual novel": (("source_material", "visual_novel"),),
    "original anime|anime original|not based on anything": (("source_material", "original"),),
}
SEASON_WORDS = {"winter": 0, "spring": 1, "summer": 2, "fall": 3, "autumn": 3,
                "fruhling": 1, "fruhjahr": 1, "sommer": 2, "herbst": 3}  # fmt: skip
DECADES = {"seventies": 1970, "eighties": 1980, "nineties": 1990, "siebziger": 1970, "achtziger": 1980,
           "neunziger": 1990, "siebzigern": 1970, "achtzigern": 1980, "neunzigern": 1990}  # fmt: skip
DECADE = re.compile(r"((?:19|20)?[0-9]0)(?:s|er|ern)")
YEAR = re.compile(r"(?:19[2-9]|20[0-4])[0-9]")
SINCE, UNTIL = {"since", "after", "seit", "ab", "nach"}, {"before", "until", "vor", "bis"}


@dataclass(frozen=True)
class Said:
    """A filter that a question says. name and value: as in the browse page's URL."""

    name: str
    value: str

    @property
    def key(self) -> str:
        """Return the filter as in `drop`, by which a member takes it out."""
        return f"{self.name}:{self.value}"


Filters = tuple[tuple[str, str], ...]
Phrases = dict[tuple[str, ...], Filters]


def understand(question: str, viewer: Viewer) -> list[Said]:
    """Return the filters that the question says, in its order, of the tags and studios that the viewer may see."""
    index = title_index()
    known = {"tag": index.tags_visible_to(viewer) & index.tags.at.keys(), "studio": index.studios_visible_to(viewer)}
    phrases = _phrases(catalogue_version())
    said = [
        Said("tag_not" if is_negated and name == "tag" else name, value)
        for is_negated, filters in _filters_in(search_key(question).split(), phrases)
        for name, value in filters
        if name not in known or value in known[name]
    ]
    return list(dict.fromkeys(said))


def _filters_in(words: list[str], phrases: Phrases) -> Iterator[tuple[bool, Filters]]:
    """Yield (whether it is negated, filters) of the longest phrases, from left to right."""
    place = 0
    while place < len(words):
        is_negated = place > 0 and words[place - 1] in NOT
        for length in range(LONGEST_PHRASE, 0, -1):
            if filters := phrases.get(tuple(words[place : place + length])):
                yield is_negated, filters
                place += length
                break
        else:
            if filters := _time_at(words, place):
                yield False, filters
            place += 1


def _time_at(words: list[str], place: int) -> Filters:
    """Return the filters of a year, a decade or a season at this word."""
    word, before = words[place], words[place - 1] if place else ""
    if decade := DECADES.get(word) or _decade(word):
        return ("year_min", str(decade)), ("year_max", str(decade + 9))
    if not YEAR.fullmatch(word):
        return ()
    if before in SEASON_WORDS:
        season = f"{word}-{SEASONS[SEASON_WORDS[before]]}"
        return ("season_from", season), ("season_to", season)
    if before in SINCE:
        return (("year_min", word),)
    if before in UNTIL:
        return (("year_max", str(int(word) - (before in ("before", "vor")))),)
    return ("year_min", word), ("year_max", word)


def _decade(word: str) -> int | None:
    match = DECADE.fullmatch(word)
    if match is None:
        return None
    number = int(match[1])
    return number if number > 99 else number + (1900 if number >= 30 else 2000)


@lru_cache(maxsize=1)
def _phrases(version: str) -> Phrases:
    """Return what phrases say: {words: filters}."""
    index = title_index()
    phrases: dict[tuple[str, ...], dict[tuple[str, str], None]] = {}

    def add(texts: Iterable[str], *filters: tuple[str, str]) -> None:
        for text in texts:
            if words := tuple(search_key(text).split()):
                phrases.setdefault(words, {}).update(dict.fromkeys(filters))

    for texts, filters in FACTS.items():
        add(texts.split("|"), *filters)
    for slug, texts in tomllib.loads(WORDS.read_text(encoding="utf-8"))["tags"].items():
        add(texts.split(","), ("tag", slug))
    for term in index.tags.terms:
        add([term.name], ("tag", term.slug))
    for term in index.studios.terms:
        names = [f"{by} {term.name}" for by in ("by", "from", "studio", "von")]
        add(names if len(term.name) >= LEAST_STUDIO else [], ("studio", term.slug))
    return {words: tuple(filters) for words, filters in phrases.items() if "" not in words}
