"""Score distribution as a bar chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100


@dataclass(frozen=True)
class Bar:
    """`height` of HEIGHT, `y` where it begins; `share` of all votes."""

    score: int
    n: int
    share: float
    x: int
    y: float
    height: float


def score_bars(counts: Sequence[int]) -> list[Bar]:
    """Return bars for the scores 1 … 10, scaled to the most frequent. Empty without votes.

    >>> [(bar.score, bar.share, bar.height) for bar in score_bars([0] * 8 + [3, 1])[-2:]]
    [(9, 0.75, 100.0), (10, 0.25, 33.3)]
    """
    total, most = sum(counts), max(counts, default=0)
    if not total:
        return []
    bars = []
    for place, n in enumerate(counts):
        height = round(HEIGHT * n / most, 1)
        bars.append(Bar(place + 1, n, n / total, place * 30, HEIGHT - height, height))
    return bars


def mean_score(counts: Sequence[int]) -> float | None:
    total = sum(counts)
    return sum(score * n for score, n in enumerate(counts, start=1)) / total if total else None
