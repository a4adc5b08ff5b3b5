"""Popularity: the same ranking for everyone, and the cold-start fallback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Scorer
from recommendations.engine.data.interactions import LIKED, Histories, Interactions


def damped_mean(
    sums: NDArray, counts: NDArray[np.integer], prior_mean: float, prior_count: float
) -> NDArray[np.float64]:
    """Return (n,) means, shrunk towards `prior_mean` as if each had `prior_count` more scores of it."""
    weight = counts + prior_count
    return np.divide(sums + prior_mean * prior_count, weight, out=np.full(len(weight), np.nan), where=weight > 0)


@dataclass
class Popularity(Scorer):
    """Audience, with likes counted twice, times mean score; recent interactions count extra.

    score = (watched + liked + trend · recent) · damped mean score. `liked` counts scores of LIKED or better; `recent`
    counts interactions of the last weeks, scaled so that all of them together weigh as much as all likes.
    Source: the damped mean is the IMDb-style Bayesian average; the rest is ours.
    """

    name: ClassVar[str] = "popularity"
    prior_count: float = 50.0
    trend: float = 0.1

    def fit(self, train: Interactions) -> Self:
        n_items = len(train.items)
        scored = train.score > 0
        counts = np.bincount(train.item_index[scored], minlength=n_items)
        sums = np.bincount(train.item_index[scored], weights=train.score[scored], minlength=n_items)
        mean = damped_mean(sums, counts, sums.sum() / max(counts.sum(), 1), self.prior_count)
        watched = train.item_counts()
        liked = np.bincount(train.item_index[train.score >= LIKED], minlength=n_items)
        recent = np.bincount(train.item_index[train.recent], minlength=n_items)
        audience = watched + liked + self.trend * recent * liked.sum() / max(recent.sum(), 1)
        popularity = np.where(watched > 0, audience * mean, np.nan)
        self._arrays = {"popularity": popularity.astype(np.float32), "mean": mean.astype(np.float32)}
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        return np.tile(self.arrays["popularity"], (len(histories), 1))
