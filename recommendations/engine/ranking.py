"""From scores to the list that is shown: what may appear, once per franchise, best first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TitleRules:
    """What ranking must know of each title; all arrays are (n_items,).

    recommendable: can be watched today. adult: needs an opt-in. franchise: int group number, its own for a title that
    stands alone. entry: int item index of where to start with the franchise, the title itself where that is unknown.
    """

    recommendable: NDArray[np.bool_]
    adult: NDArray[np.bool_]
    franchise: NDArray[np.integer]
    entry: NDArray[np.integer]


def allowed_titles(
    rules: TitleRules, on_list: NDArray[np.integer], hidden: NDArray[np.integer], shows_adult: bool
) -> NDArray[np.bool_]:
    """(n_items,) mask of what may be recommended to one member.

    Not what is on the list or hidden, and nothing else of those franchises: a series that was begun is continued (see
    `next_parts`), one that was declined stays away.
    """
    allowed = rules.recommendable if shows_adult else rules.recommendable & ~rules.adult
    touched = np.zeros(int(rules.franchise.max(initial=-1)) + 1, dtype=bool)
    touched[rules.franchise[on_list]] = True
    touched[rules.franchise[hidden]] = True
    return allowed & ~touched[rules.franchise]


def top_franchises(
    scores: NDArray[np.floating], allowed: NDArray[np.bool_], rules: TitleRules, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The n best franchises of (n_items,) scores, each by its best title → (shown, scored), item indices, best first.

    `scored` is the title that earned the place, `shown` the franchise's entry point (where that is allowed). Only
    allowed titles with a finite score count.
    """
    candidates = np.flatnonzero(allowed & np.isfinite(scores))
    depth = min(4 * n, len(candidates))
    while True:
        scored = _first_of_each_franchise(_best(candidates, scores, depth), rules.franchise)
        if len(scored) >= n or depth == len(candidates):
            break
        depth = min(2 * depth, len(candidates))
    scored = scored[:n]
    entry = rules.entry[scored]
    return np.where(allowed[entry], entry, scored), scored


def _best(candidates: NDArray[np.int64], scores: NDArray[np.floating], depth: int) -> NDArray[np.int64]:
    """The `depth` best of the candidates, best first, equal scores by index."""
    if depth < len(candidates):
        candidates = np.sort(candidates[np.argpartition(-scores[candidates], depth - 1)[:depth]])
    return candidates[np.argsort(-scores[candidates], kind="stable")]


def _first_of_each_franchise(ordered: NDArray[np.int64], franchise: NDArray[np.integer]) -> NDArray[np.int64]:
    _, first = np.unique(franchise[ordered], return_index=True)
    return ordered[np.sort(first)]
