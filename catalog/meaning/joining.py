"""Several rankings joined into one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence


def joined(rankings: Iterable[tuple[float, Sequence[int]]], k: float) -> dict[int, float]:
    """Return each title's score: the sum of weight / (k + its place) over the rankings (weight, titles).

    Source: Cormack, Clarke and Büttcher 2009, Reciprocal Rank Fusion, with weights.

    >>> joined([(1, [7, 8]), (2, [8])], k=1) == {7: 1 / 2, 8: 1 / 3 + 2 / 2}
    True
    """
    scores: defaultdict[int, float] = defaultdict(float)
    for weight, titles in rankings:
        for place, title_id in enumerate(titles, start=1):
            scores[title_id] += weight / (k + place)
    return dict(scores)
