"""Judged questions: what people ask for in their own words, and which titles answer it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log2
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "questions.toml"
FIRST = 10  # results that are judged
NUMBERS = ("year", "episodes", "minutes")


@dataclass(frozen=True)
class TitleFacts:
    """What a title is judged by. text: its names and its synopsis."""

    pk: int
    names: frozenset[str]
    text: str
    tags: frozenset[str]
    format: str = ""
    status: str = ""
    year: float | None = None
    episodes: float | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Rule:
    """A condition, and the grade of titles that meet it: 3 is what was asked for, 1 part of it."""

    grade: int = 0
    tags: Sequence[str] = ()  # all of them
    tags_any: Sequence[str] = ()
    words: Sequence[str] = ()  # patterns, all of which the text matches
    formats: Sequence[str] = ()
    statuses: Sequence[str] = ()
    years: Sequence[int] = ()  # first and last
    episodes_min: int = 0
    minutes_max: float = float("inf")

    @cached_property
    def patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(word, re.IGNORECASE) for word in self.words]

    def is_met(self, title: TitleFacts) -> bool:
        return (
            title.tags.issuperset(self.tags)
            and (not self.tags_any or not title.tags.isdisjoint(self.tags_any))
            and (not self.formats or title.format in self.formats)
            and (not self.statuses or title.status in self.statuses)
            and (not self.years or (title.year is not None and self.years[0] <= title.year <= self.years[1]))
            and (title.episodes or 0) >= self.episodes_min
            and (self.minutes_max == float("inf") or (title.minutes is not None and title.minutes <= self.minutes_max))
            and all(pattern.search(title.text) for pattern in self.patterns)
        )


@dataclass(frozen=True)
class Question:
    """A question and its judgement. titles: grades given by hand, by name."""

    text: str
    language: str
    rules: tuple[Rule, ...]
    where: Rule
    titles: Mapping[str, int]

    def grades(self, catalogue: Iterable[TitleFacts]) -> dict[int, int]:
        """Return the grades above 0, by title ID."""
        return {title.pk: grade for title in catalogue if (grade := self._grade(title))}

    def _grade(self, title: TitleFacts) -> int:
        by_hand = [self.titles[name] for name in title.names & self.titles.keys()]
        if by_hand:
            return max(by_hand)
        if not self.where.is_met(title):
            return 0
        return max((rule.grade for rule in self.rules if rule.is_met(title)), default=0)


def judged_questions(file: Path = FILE) -> list[Question]:
    """Return the questions of the file. Raises KeyError if one is like a question that isn't there."""
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["questions"]
    by_text = {entry["text"]: entry for entry in entries}
    return [_parse(entry, by_text[entry["like"]] if "like" in entry else entry) for entry in entries]


def _parse(entry: Mapping[str, Any], judgement: Mapping[str, Any]) -> Question:
    rules = tuple(Rule(**rule) for rule in judgement["rules"])
    where = Rule(**judgement.get("where", {}))
    return Question(entry["text"], entry["language"], rules, where, judgement.get("titles", {}))


def ndcg(found: Sequence[int], grades: Mapping[int, int], first: int = FIRST) -> float:
    """Return the normalised discounted cumulative gain of the first results, 0 to 1. Gains are 2^grade − 1.

    >>> ndcg([7, 8], {7: 3, 8: 3}), round(ndcg([9, 7], {7: 3, 8: 3}), 2)
    (1.0, 0.39)
    """
    best = _gain(sorted(grades.values(), reverse=True)[:first])
    return _gain([grades.get(pk, 0) for pk in found[:first]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))
