"""What a list says of the other parts of the franchises that are on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Model
from recommendations.engine.data.interactions import LIKED, Interactions
from recommendations.engine.models.evidence.residual_neighbours import Residuals

OF_SERIES = (
    "franchise watched", "franchise part", "franchise liked", "franchise residual", "part before", "its score",
    "part after", "first part", "parts missing", "is first", "uptake", "mean uptake",
)  # fmt: skip
NOBODY = -1.0  # in place of whether a part is listed, if there is no such part
MOST_MISSING = 10
DOUBT = 5.0  # members who watched a part and nothing else, added to it


class Parts(NamedTuple):
    """What is on a list, by franchise and by title.

    counts: (4, n_franchises) titles listed, liked and scored, and the sum of their residuals. listed, scores: (n_items
    + 1,) whether a title is on the list, and its score, 0 for none; the last stands for no title. uptake: (2, n_items)
    the share of those with a listed part who have this one too, the largest and the sum.
    """

    counts: NDArray[np.float64]
    listed: NDArray[np.float32]
    scores: NDArray[np.float32]
    uptake: NDArray[np.float32]


@dataclass
class Series(Model):
    """Franchises in the order of release, and how many who watched one part watched another.

    Titles without a date come last, in the order of their numbers. Without franchise data each title is its own.
    """

    name: ClassVar[str] = "series"

    def fit(self, train: Interactions) -> Self:
        features, n_items = train.features, len(train.items)
        started = None if features is None else features.started
        if features is None or features.franchise is None:
            self._arrays = alone(n_items)
            return self
        franchise = np.unique(features.franchise, return_inverse=True)[1]
        uptake = _uptake(train, franchise)
        self._arrays = {
            "franchise": franchise,
            **_order(franchise, np.full(n_items, np.nan) if started is None else started),
            "uptake": uptake.data.astype(np.float32),
            "uptake_parts": uptake.indices.astype(np.int32),
            "uptake_indptr": uptake.indptr.astype(np.int32),
        }
        return self

    def read(self, items: NDArray[np.integer], scores: NDArray[np.floating], residuals: Residuals) -> Parts:
        """Return what one list has: (n,) titles with scores, 0 for none, and their residuals."""
        n_items = len(self.arrays["franchise"])
        listed, given = np.zeros((2, n_items + 1), dtype=np.float32)
        listed[items], given[items] = 1, scores
        return Parts(self._counts(items, scores, residuals), listed, given, self._taken_up(items))

    def columns(self, parts: Parts, targets: NDArray[np.integer]) -> list[NDArray[np.floating]]:
        """Return the OF_SERIES columns, each (n_targets,)."""
        a = self.arrays
        franchise = a["franchise"][targets]
        watched, liked, scored, residuals = parts.counts[:, franchise]
        before, after, first, place = (a[name][targets] for name in ("before", "after", "first", "place"))
        is_first = first == targets
        score = parts.scores[before]
        most, total = parts.uptake[:, targets]
        return [
            np.log1p(watched),
            watched / self._sizes[franchise],
            np.log1p(liked),
            residuals / (1 + scored),
            np.where(before >= 0, parts.listed[before], NOBODY),
            np.where(score > 0, score, np.nan),
            np.where(after >= 0, parts.listed[after], NOBODY),
            np.where(is_first, NOBODY, parts.listed[first]),
            np.minimum(np.maximum(place - watched, 0), MOST_MISSING),
            is_first,
            most,
            total / np.maximum(watched, 1),
        ]

    def _counts(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], residuals: Residuals
    ) -> NDArray[np.float64]:
        franchise, n = self.arrays["franchise"], len(self._sizes)
        watched, scored = franchise[items], franchise[residuals.items]
        titles = watched, watched[scores >= LIKED], scored
        return np.stack(
            [*(np.bincount(some, minlength=n) for some in titles), np.bincount(scored, residuals.values, n)]
        )

    def _taken_up(self, items: NDArray[np.integer]) -> NDArray[np.float32]:
        a = self.arrays
        rows = sp.csr_matrix(
            (a["uptake"], a["uptake_parts"], a["uptake_indptr"]), shape=(len(a["uptake_indptr"]) - 1,) * 2
        )
        listed = rows[items]
        taken = np.zeros((2, rows.shape[1]), dtype=np.float32)
        np.maximum.at(taken[0], listed.indices, listed.data)
        taken[1] = np.bincount(listed.indices, listed.data, rows.shape[1])
        return taken

    @cached_property
    def _sizes(self) -> NDArray[np.float32]:
        return np.bincount(self.arrays["franchise"]).astype(np.float32)


def alone(n_items: int) -> Arrays:
    """Return the arrays of `Series` for titles of which each is its own franchise."""
    return {
        "franchise": np.arange(n_items),
        **_order(np.arange(n_items), np.full(n_items, np.nan)),
        "uptake": np.zeros(0, dtype=np.float32),
        "uptake_parts": np.zeros(0, dtype=np.int32),
        "uptake_indptr": np.zeros(n_items + 1, dtype=np.int32),
    }


def _order(franchise: NDArray[np.integer], started: NDArray[np.floating]) -> Arrays:
    """Return each title's place in its franchise from 0, its first part, and the parts before and after, -1: none."""
    n_items = len(franchise)
    order = np.lexsort((np.arange(n_items), started, franchise))  # NaN comes last
    is_start = np.diff(franchise[order], prepend=-1) != 0
    starts = np.flatnonzero(is_start)
    start = starts[np.cumsum(is_start) - 1]
    place, first, before, after = np.full((4, n_items), -1, dtype=np.int32)
    place[order], first[order] = np.arange(n_items) - start, order[start]
    later = np.flatnonzero(~is_start)
    before[order[later]], after[order[later - 1]] = order[later - 1], order[later]
    return {"place": place, "first": first, "before": before, "after": after}


def _uptake(train: Interactions, franchise: NDArray[np.integer]) -> sp.csr_matrix:
    """Return (n_items, n_items) shares: of the members with a title (row), how many have another of its franchise."""
    pairs = train.user_index.astype(np.int64) * (franchise.max(initial=0) + 1) + franchise[train.item_index]
    groups = np.unique(pairs, return_inverse=True)[1]
    shape = (groups.max(initial=-1) + 1, len(franchise))
    listed = sp.csr_matrix((np.ones(len(groups), dtype=np.float32), (groups, train.item_index)), shape=shape)
    together = (listed.T @ listed).tocoo()
    is_other = together.row != together.col
    audience = np.bincount(train.item_index, minlength=len(franchise))
    shares = together.data[is_other] / (audience[together.row[is_other]] + DOUBT)
    return sp.csr_matrix((shares, (together.row[is_other], together.col[is_other])), shape=(len(franchise),) * 2)
