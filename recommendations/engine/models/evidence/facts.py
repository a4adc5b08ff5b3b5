"""What the catalogue and all members say of each title."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Model
from recommendations.engine.data.interactions import LIKED, Interactions
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.models.popularity import damped_mean

OF_TITLE = (
    "audience", "mean", "like share", "deviation", "year", "tv", "movie", "episodes", "minutes", "catalogue score",
    "catalogue members", "franchise size",
)  # fmt: skip


@dataclass
class TitleFacts(Model):
    """Per-title features from training data and catalogue: `titles` (n_items, OF_TITLE)."""

    name: ClassVar[str] = "facts"
    prior: float = 10.0  # pseudo-count: scores at the overall mean added to each title

    def fit(self, train: Interactions) -> Self:
        franchise = _franchises(train)
        scored = train.where(train.score > 0)
        counts = scored.item_counts()
        total = max(counts.sum(), 1)
        mean, spread = _moments(scored.score), _moments(scored.score**2)
        per_title = [
            damped_mean(np.bincount(scored.item_index, values, len(counts)), counts, prior, self.prior)
            for values, prior in (
                (scored.score, mean),
                (scored.score >= LIKED, (scored.score >= LIKED).sum() / total),
                (scored.score**2, spread),
            )
        ]
        deviation = np.sqrt(np.maximum(per_title[2] - per_title[0] ** 2, 0))
        audience = np.log1p(train.item_counts())
        size = np.log1p(np.bincount(franchise)[franchise])
        columns = [audience, per_title[0], per_title[1], deviation, *_catalogue_facts(train), size]
        self._arrays = {"titles": np.column_stack(columns).astype(np.float32)}
        return self

    @cached_property
    def by_popularity(self) -> NDArray[np.int64]:
        """Return item indices, best first, by audience (likes count twice) times mean score."""
        audience, mean, liked = self.arrays["titles"][:, :3].T
        popularity = np.nan_to_num(np.expm1(audience) * (1 + liked) * mean)
        return np.argsort(-popularity, kind="stable")


def _franchises(train: Interactions) -> NDArray[np.int64]:
    """Return (n_items,) franchise numbers from 0; without franchise data each title is its own."""
    if train.features is None or train.features.franchise is None:
        return np.arange(len(train.items))
    return np.unique(train.features.franchise, return_inverse=True)[1]


def _catalogue_facts(train: Interactions) -> list[NDArray[np.float32]]:
    """Return year, TV, movie, episode and minute classes, score and members elsewhere; NaN (formats: 0) if unknown."""
    features = train.features
    if features is None:
        return [np.full(len(train.items), np.nan, dtype=np.float32)] * 7
    return [
        _mean_of_group(features, "year"),
        _column(features, "format:tv"),
        _column(features, "format:movie"),
        _mean_of_group(features, "episodes"),
        _mean_of_group(features, "minutes"),
        _column(features, "catalogue:score", missing=np.nan),
        _column(features, "catalogue:members", missing=np.nan),
    ]


def _mean_of_group(features: TitleFeatures, group: str) -> NDArray[np.float32]:
    """Return the (n_items,) mean of a group's numbers ("year:1990"), weighted by each title's shares; NaN if none."""
    columns = features.group(group)
    numbers = np.array([float(features.names[column].partition(":")[2]) for column in columns])
    shares = features.values[:, columns]
    total = np.asarray(shares.sum(1)).ravel()
    return np.divide(shares @ numbers, total, out=np.full(len(total), np.nan), where=total > 0).astype(np.float32)


def _column(features: TitleFeatures, name: str, missing: float = 0.0) -> NDArray[np.float32]:
    if name not in features.names:
        return np.full(len(features), np.nan, dtype=np.float32)
    values = features.values[:, [features.names.index(name)]].toarray().ravel()
    return np.where(values == 0, np.float32(missing), values)


def _moments(values: NDArray[np.floating]) -> float:
    return float(values.mean(dtype=np.float64)) if len(values) else 0.0
