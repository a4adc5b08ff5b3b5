"""Benchmark of matching by name: catalogue names as people write them, without any ID."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Exists, OuterRef

from catalog.models import Title, TitleName
from catalog.models.titles import Medium
from catalog.search.keys import search_key
from catalog.titles.matching import Sought, match_titles

KINDS = {TitleName.Kind.MAIN: 0.97, TitleName.Kind.ENGLISH: 0.95, TitleName.Kind.NATIVE: 0.95}  # least share right
ORDINALS = {"2": "II", "3": "III", "4": "IV", "5": "V"}
NUMBERED = re.compile(r"(?i)(.+) (?:season (\d)|(\d)(?:nd|rd|th) season)$")
MOST_SHOWN = 20
YEARS = range(1990, 2026)  # any of them: the year is a hint, never a veto
Writer = Callable[[str, random.Random], str]


class Command(BaseCommand):
    help = "Measure how many names are matched to their title, written in other ways than the catalogue does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--names", type=int, default=3_000, help="names to write (default: 3,000)")
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *, names: int, seed: int, **options: Any) -> None:
        generator = random.Random(seed)
        written = [_written(name, generator) for name in _sample(names, generator)]
        rows = [Sought(row, text, name.title.year, name.title.format, {}) for row, (name, text) in enumerate(written)]
        matches = match_titles(rows, Title.objects.all())
        results = [(name, text, matches.get(row)) for row, (name, text) in enumerate(written)]
        for kind, bar in KINDS.items():
            self._print_share(kind, bar, [result for result in results if result[0].kind == kind])
        wrong = [one for one in results if one[2] is not None and not _is_right(*one)]
        self.stdout.write(f"wrong: {len(wrong):,} (bar: 0)")
        for name, text, title_id in wrong[:MOST_SHOWN]:
            self.stdout.write(f"  {text!r} of {name.title} was matched to title {title_id}")

    def _print_share(self, kind: str, bar: float, results: list[tuple[TitleName, str, int | None]]) -> None:
        n_right = sum(_is_right(*result) for result in results)
        share = n_right / max(len(results), 1)
        verdict = "" if share >= bar else "  missed"
        self.stdout.write(f"{kind}: {n_right:,} of {len(results):,} right, {share:.1%} (bar {bar:.0%}){verdict}")


def _sample(n: int, generator: random.Random) -> Iterator[TitleName]:
    """Yield n names, as many of each kind, without those that are another title's main name: they can't be judged."""
    others = TitleName.objects.filter(key=OuterRef("key"), kind=TitleName.Kind.MAIN).exclude(title=OuterRef("title"))
    names = TitleName.objects.filter(~Exists(others), title__medium=Medium.ANIME).select_related("title").order_by("pk")
    for kind in KINDS:
        pks = list(names.filter(kind=kind).values_list("pk", flat=True))
        chosen = generator.sample(pks, min(n // len(KINDS), len(pks)))
        yield from names.filter(pk__in=chosen)


def _written(name: TitleName, generator: random.Random) -> tuple[TitleName, str]:
    text = name.text
    for writer in generator.sample(WRITERS, 2):
        text = writer(text, generator)
    return name, text


def _is_right(name: TitleName, _text: str, title_id: int | None) -> bool:
    return title_id == name.title_id


def _other_case(text: str, generator: random.Random) -> str:
    return generator.choice([text.lower(), text.upper(), text.title()])


def _without_punctuation(text: str, generator: random.Random) -> str:
    bare = re.sub(r"[☆★!?.,:;~\-–—°♪♥]+", generator.choice([" ", ""]), text)
    return bare if search_key(bare) else text


def _with_year(text: str, generator: random.Random) -> str:
    return f"{text} ({generator.choice(YEARS)})"


def _with_spaces(text: str, generator: random.Random) -> str:
    return f"  {text.replace(' ', '  ')} "


def _with_full_width(text: str, generator: random.Random) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isdigit() and letter.isascii() else letter for letter in text)


def _with_other_ordinal(text: str, generator: random.Random) -> str:
    match = NUMBERED.fullmatch(text)
    if match is None:
        return text
    stem, n = match[1], match[2] or match[3]
    suffix = {"2": "nd", "3": "rd"}.get(n, "th")
    ways = [f"{stem} Season {n}", f"{stem} {n}{suffix} Season", f"{stem} S{n}", f"{stem} {ORDINALS.get(n, n)}"]
    return generator.choice(ways)


def _with_typographic_marks(text: str, generator: random.Random) -> str:
    return text.replace("'", "’").replace('"', "”").replace("...", "…").replace(" - ", " – ")


WRITERS: tuple[Writer, ...] = (
    _other_case, _without_punctuation, _with_year, _with_spaces, _with_full_width, _with_other_ordinal,
    _with_typographic_marks,
)  # fmt: skip
