"""Judged lists: well-known tastes with titles that must, may and must not be recommended for them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

FILE = Path(__file__).parent / "lists.toml"
LIKED, DISLIKED = 9, 2  # scores
FIRST = 20  # recommendations that are judged
LEAST_FOUND = 0.9  # of the titles that must be there

Recommend = Callable[[Mapping[int, int], int], Sequence[int]]  # (score by MAL id, n) → MAL ids, best first


@dataclass(frozen=True)
class JudgedList:
    """A list and its judgement, in MAL ids. must: groups, of each of which one title is enough."""

    name: str
    scores: Mapping[int, int]
    must: tuple[frozenset[int], ...]
    may: frozenset[int]
    must_not: frozenset[int]

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the file. Raises ValueError for a title that is on the list and judged, too."""
        scores = dict.fromkeys(_ids(entry["likes"]), LIKED) | dict.fromkeys(_ids(entry.get("dislikes", [])), DISLIKED)
        must = tuple(_ids(group) for group in entry["must"])
        judged = cls(entry["name"], scores, must, _ids(entry["may"]), _ids(entry["must_not"]))
        if both := judged.named & scores.keys():
            raise ValueError(f"{judged.name}: {sorted(both)} are on the list and judged")
        if both := judged.must_not & frozenset().union(*must, judged.may):
            raise ValueError(f"{judged.name}: {sorted(both)} are wanted and unwanted")
        return judged

    @property
    def named(self) -> frozenset[int]:
        """Return all judged titles."""
        return frozenset().union(*self.must, self.may, self.must_not)


@dataclass(frozen=True)
class Judgement:
    """found: how many of the `wanted` groups are among the first titles. good: how many titles are wanted or right.

    missed: the groups without a title. unwanted: titles that must not be there.
    """

    name: str
    wanted: int
    found: int
    good: int
    missed: tuple[frozenset[int], ...]
    unwanted: frozenset[int]


def judged_lists(file: Path = FILE) -> list[JudgedList]:
    """Return the lists of the file. Raises ValueError for a contradiction."""
    return [JudgedList.parse(entry) for entry in tomllib.loads(file.read_text())["lists"]]


def judge(
    judged: JudgedList, recommend: Recommend, series_of: Mapping[int, int], adult: frozenset[int] = frozenset()
) -> Judgement:
    """Judge the first recommendations for a list.

    series_of: a number for each title's series; parts of a series count as the same title, because only its entry
    point is recommended. adult: titles that must not be in any list.
    """
    titles = recommend(judged.scores, FIRST)
    shown = _series(titles, series_of)
    missed = tuple(group for group in judged.must if not shown & _series(group, series_of))
    right = _series(frozenset().union(*judged.must, judged.may), series_of)
    unwanted = _series(judged.must_not, series_of)
    return Judgement(
        name=judged.name,
        wanted=len(judged.must),
        found=len(judged.must) - len(missed),
        good=len(shown & right),
        missed=missed,
        unwanted=frozenset(title for title in titles if series_of.get(title, title) in unwanted or title in adult),
    )


def passed(judgements: Sequence[Judgement]) -> bool:
    """Return whether LEAST_FOUND of all wanted groups are found, and no unwanted title."""
    return share_found(judgements) >= LEAST_FOUND and not any(judgement.unwanted for judgement in judgements)


def share_found(judgements: Sequence[Judgement]) -> float:
    return sum(one.found for one in judgements) / max(sum(one.wanted for one in judgements), 1)


def _series(titles: Iterable[int], series_of: Mapping[int, int]) -> frozenset[int]:
    return frozenset(series_of.get(title, title) for title in titles)


def _ids(titles: Iterable[str]) -> frozenset[int]:
    """Return the MAL ids of titles such as "457 Mushishi"."""
    return frozenset(int(title.partition(" ")[0]) for title in titles)
