"""Acronyms and season numbers: "hxh", "aot s2", "mob psycho ii"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from catalog.models import Title, TitleName
from catalog.models.titles import Format, media_of
from catalog.versioning import catalogue_version
from catalog.viewers import Viewer

KNOWN_TITLES = 6_000  # the most popular ones, whose names have acronyms that people use
SHORTEST, LONGEST = 2, 8  # letters of an acronym
KINDS = (TitleName.Kind.MAIN, TitleName.Kind.ENGLISH, TitleName.Kind.SYNONYM)
# What people write that isn't the initials of a name, and the start of that name.
LEARNT = {
    "bsd": "bungou stray dogs", "danmachi": "dungeon ni deai wo motomeru no wa", "fma": "fullmetal alchemist",
    "fmab": "fullmetal alchemist brotherhood", "jjba": "jojo no kimyou na bouken", "jjk": "jujutsu kaisen",
    "jojo": "jojo no kimyou na bouken", "kimiuso": "shigatsu wa kimi no uso", "konosuba": "kono subarashii sekai ni",
    "madoka": "mahou shoujo madoka magica", "oregairu": "yahari ore no seishun love comedy",
    "tensura": "tensei shitara slime",
}  # fmt: skip
SEASON = re.compile(
    r"(?P<base>.+?) (?:s(?:eason)? ?(?P<s>[2-9])|(?P<nth>[2-9])(?:nd|rd|th) season|(?P<roman>ii|iii|iv|v)|(?P<n>[2-9]))"
)
ROMAN = {"ii": 2, "iii": 3, "iv": 4, "v": 5}
ORDINALS = {2: "2nd|second", 3: "3rd|third", 4: "4th|fourth", 5: "5th|fifth"}
LATER_HALF = re.compile(r"\b(?:part|cour) [2-9]\b|\b[2-9]\w\w part\b")
SERIES = (Format.TV, Format.ONA)


def expand(key: str, viewer: Viewer = None) -> list[int]:
    """Return the ids of the titles that a search key is the acronym of, most popular first."""
    return _acronyms(catalogue_version(), tuple(media_of(viewer))).get(key, [])


def season_in(key: str) -> tuple[str, int] | None:
    """Return the series' name and the season's number, or None if the key names no later season.

    >>> season_in("aot s2"), season_in("mob psycho ii"), season_in("monster")
    (('aot', 2), ('mob psycho', 2), None)
    """
    match = SEASON.fullmatch(key)
    if match is None:
        return None
    number = match["s"] or match["nth"] or match["n"]
    return match["base"], int(number) if number else ROMAN[match["roman"]]


def season_of(title_id: int, number: int) -> list[int]:
    """Return the id of a title's later season, by the number in its name, else in order of release."""
    franchise = Title.objects.values_list("franchise_entry", flat=True).get(pk=title_id)
    if franchise is None:
        return []
    parts = Title.objects.filter(franchise_entry=franchise, format__in=SERIES).order_by("started_on", "pk")
    names: defaultdict[int, list[str]] = defaultdict(list)
    for pk, key in parts.filter(names__kind__in=KINDS).values_list("pk", "names__key"):
        names[pk].append(key)
    seasons = [pk for pk in names if not any(map(LATER_HALF.search, names[pk]))]
    numbered = [pk for pk in seasons if any(map(_ending(number).search, names[pk]))]
    return (numbered or seasons[number - 1 : number])[:1]


def _ending(number: int) -> re.Pattern[str]:
    """Return the pattern of names that end with a season's number."""
    roman = next((text for text, value in ROMAN.items() if value == number), str(number))
    ordinal = ORDINALS.get(number, f"{number}th")
    return re.compile(rf" (?:season {number}|(?:{ordinal}) season|{roman}|{number})$")


@lru_cache(maxsize=4)
def _acronyms(version: str, media: tuple[str, ...]) -> dict[str, list[int]]:
    """Return {acronym: ids of its titles}: those that it names in whole, then others, each most popular first."""
    popular = Title.objects.of_media(media).order_by("-popularity", "pk").values_list("pk", flat=True)[:KNOWN_TITLES]
    place = {pk: place for place, pk in enumerate(popular)}
    names = TitleName.objects.filter(title__in=list(place), kind__in=KINDS).order_by()
    found: defaultdict[str, dict[int, bool]] = defaultdict(dict)
    for title_id, key in names.values_list("title_id", "key").iterator():
        for acronym, is_whole in _acronyms_of(key):
            found[acronym][title_id] = found[acronym].get(title_id, False) or is_whole
    return {
        acronym: sorted(ids, key=lambda title_id: (not ids[title_id], place[title_id]))
        for acronym, ids in found.items()
    }


def _acronyms_of(key: str) -> Iterable[tuple[str, bool]]:
    """Yield each acronym of a name, and whether it stands for the whole name."""
    words = key.split()
    if SHORTEST < len(words) <= LONGEST:
        yield "".join(word if word.isdigit() else word[0] for word in words), True
    yield from ((acronym, key == start) for acronym, start in LEARNT.items() if key.startswith(start))
