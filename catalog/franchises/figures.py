"""Accuracy of franchise grouping, measured on hand-labelled pairs of titles."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SAME, DIFFERENT = "same", "different"


@dataclass(frozen=True)
class JudgedPair:
    """A labelled pair of titles, by MyAnimeList ids, with their names."""

    is_same: bool
    one: int
    other: int
    names: str


@dataclass(frozen=True)
class Figures:
    """Accuracy of a grouping. wrongly_joined, missed: names of the wrong pairs."""

    n_pairs: int
    n_same: int
    wrongly_joined: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Return recall: the share of same-franchise pairs in one group; NaN without any."""
        return (self.n_same - len(self.missed)) / self.n_same if self.n_same else float("nan")

    @property
    def precision(self) -> float:
        """Return precision: the share of grouped pairs of one franchise; NaN without any."""
        right = self.n_same - len(self.missed)
        joined = right + len(self.wrongly_joined)
        return right / joined if joined else float("nan")


def read_pairs(path: Path) -> list[JudgedPair]:
    """Read tab-separated lines "same|different, id, id, name, name". Raise ValueError for an invalid line."""
    pairs = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), 1):
            if len(row) != 5 or row[0] not in (SAME, DIFFERENT) or not (row[1].isdigit() and row[2].isdigit()):
                raise ValueError(f"{path}, line {number}: not a verdict, two ids and two names")
            pairs.append(JudgedPair(row[0] == SAME, int(row[1]), int(row[2]), " / ".join(row[3:])))
    return pairs


def judge(pairs: Iterable[JudgedPair], group_of: Mapping[int, int]) -> Figures:
    """Measure a grouping. group_of: MyAnimeList id → group number; missing titles are on their own."""
    pairs = list(pairs)
    joined = [pair.one in group_of and group_of[pair.one] == group_of.get(pair.other) for pair in pairs]
    judged = list(zip(pairs, joined, strict=True))
    return Figures(
        n_pairs=len(pairs),
        n_same=sum(pair.is_same for pair in pairs),
        wrongly_joined=tuple(pair.names for pair, is_joined in judged if is_joined and not pair.is_same),
        missed=tuple(pair.names for pair, is_joined in judged if pair.is_same and not is_joined),
    )
