"""Per-title features for one member, the input of the ranker and the rating predictor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Model
from recommendations.engine.data.interactions import LIKED, Interactions
from recommendations.engine.explain import Contributions, contributions
from recommendations.engine.models.evidence.facts import OF_TITLE, TitleFacts
from recommendations.engine.models.evidence.like_minded import Company, LikeMinded
from recommendations.engine.models.evidence.residual_neighbours import ResidualNeighbours, Residuals
from recommendations.engine.models.evidence.series import OF_SERIES, Parts, Series
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase

USUAL_PRIOR = 0.003  # share of members who watched a title, against chance
LOW = 5.0  # maximum score of a disliked title
OF_MEMBER = (
    "length", "mean given", "deviation given", "bias", "liked share", "scored share", "tens", "lows", "usual audience",
    "usual year", "usual mean",
)  # fmt: skip
OF_PAIR = (
    "linear watched", "linear liked", "linear", "svd", "svd taste", "neighbours", *OF_SERIES, "beyond usual audience",
    "beyond usual year", "beyond usual mean", "company watched", "company liked", "few liked", "company's lift",
    "company's deviation",
)  # fmt: skip
COLUMNS = (*OF_PAIR, *OF_TITLE, *OF_MEMBER)
AUDIENCE, YEAR, MEAN = (OF_TITLE.index(name) for name in ("audience", "year", "mean"))


@dataclass(frozen=True)
class MemberEvidence:
    """One member's list (n,), preprocessed by each model once for any number of targets.

    linear_watched, linear_liked: (n_items,) their sum is the linear score. taste: SVD's (1 + n_factors,). habits:
    (len(OF_MEMBER),).
    """

    items: NDArray[np.integer]
    scores: NDArray[np.floating]
    contributions: Contributions
    linear_watched: NDArray[np.float32]
    linear_liked: NDArray[np.float32]
    residuals: Residuals
    taste: NDArray[np.float32]
    habits: NDArray[np.float32]
    parts: Parts
    company: Company

    @cached_property
    def linear(self) -> NDArray[np.float32]:
        return self.linear_watched + self.linear_liked


@dataclass(frozen=True)
class Evidence:
    """The linear model, SVD, residual neighbours, title facts, like-minded members and series, over the same titles."""

    linear: RatingAwareEase
    svd: Svd
    neighbours: ResidualNeighbours
    facts: TitleFacts
    like_minded: LikeMinded
    series: Series

    @classmethod
    def fit(
        cls,
        train: Interactions,
        linear: RatingAwareEase | None = None,
        svd: Svd | None = None,
        progress: Callable[[str], None] = lambda step: None,
    ) -> Self:
        """Fit all models. linear, svd: models with the hyperparameters to use, otherwise the defaults."""
        progress("fitting the linear model")
        linear = (linear or RatingAwareEase()).fit(train)
        progress("fitting the rating predictors (Surprise SVD, neighbours)")
        svd, neighbours = (svd or Svd()).fit(train), ResidualNeighbours().fit(train)
        linear.load(linear.halved())
        svd.load(svd.without_members())
        neighbours.load(neighbours.without_members())
        return cls(linear, svd, neighbours, TitleFacts().fit(train), LikeMinded().fit(train), Series().fit(train))

    def refitted(self, train: Interactions) -> Self:
        """Return the same models fitted on other rows, with the same hyperparameters."""
        return self.fit(train, replace(self.linear), Svd(**self.svd.parameters))

    @classmethod
    def load(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore from arrays as `flattened` returns them, with default hyperparameters."""
        linear = saved_linear(name.partition(".")[0] for name in arrays)
        return cls(
            linear().load(nested(arrays, linear.name)),
            Svd().load(nested(arrays, Svd.name)),
            ResidualNeighbours().load(nested(arrays, ResidualNeighbours.name)),
            TitleFacts().load(nested(arrays, TitleFacts.name)),
            LikeMinded().load(nested(arrays, LikeMinded.name)),
            Series().load(nested(arrays, Series.name)),
        )

    @property
    def models(self) -> tuple[Model, ...]:
        return self.linear, self.svd, self.neighbours, self.facts, self.like_minded, self.series

    def read(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], weights: NDArray[np.floating] | None = None
    ) -> MemberEvidence:
        """Preprocess one member's list: (n,) titles with scores 1–10, 0 for none.

        weights: (n,) how much each title says of the member's taste today, see `recency.weights`; all 1 if None.
        """
        contributed = contributions(self.linear, items, scores, weights)
        watched, liked = contributed.totals_by_fact()
        residuals = self.neighbours.residuals(items, scores, weights)
        return MemberEvidence(
            items,
            scores,
            contributed,
            watched.astype(np.float32),
            liked.astype(np.float32),
            residuals,
            self.svd.fold_in(items, scores, weights),
            self._habits(items, scores, residuals.bias),
            self.series.read(items, scores, residuals),
            self.like_minded.company(items, scores, weights),
        )

    def table(self, member: MemberEvidence, targets: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n_targets, len(COLUMNS)) features, one row per target; NaN where unknown."""
        of_title = self.facts.arrays["titles"][targets]
        svd = self.svd.arrays
        taste = svd["item_factors"][targets] @ member.taste[1:]
        watched, liked = member.linear_watched[targets], member.linear_liked[targets]
        usual = of_title[:, [AUDIENCE, YEAR, MEAN]] - member.habits[-3:]
        of_pair = [
            watched,
            liked,
            watched + liked,
            svd["mean"] + svd["item_bias"][targets] + member.taste[0] + taste,
            taste,
            self.neighbours.from_neighbours(member.residuals, targets),
            *self.series.columns(member.parts, targets),
            *usual.T,
            *self._of_company(member.company, targets),
        ]
        rows = np.empty((len(targets), len(COLUMNS)), dtype=np.float32)
        rows[:, : len(OF_PAIR)] = np.stack(of_pair, 1)
        rows[:, len(OF_PAIR) : -len(OF_MEMBER)] = of_title
        rows[:, -len(OF_MEMBER) :] = member.habits
        return rows

    def _of_company(self, company: Company, targets: NDArray[np.integer]) -> list[NDArray[np.floating]]:
        """Return what like-minded members think of the targets, and how much more they like them than all do."""
        watched, liked, liked_by_few, deviation = (values[targets] for values in company)
        return [
            watched,
            liked,
            liked_by_few,
            liked / (self.like_minded.arrays["everybody"][0][targets] + USUAL_PRIOR),
            deviation,
        ]

    def _habits(self, items: NDArray[np.integer], scores: NDArray[np.floating], bias: float) -> NDArray[np.float32]:
        """Return the (len(OF_MEMBER),) member features."""
        n, ratings = max(len(items), 1), scores[scores > 0]
        titles = self.facts.arrays["titles"][items][:, [AUDIENCE, YEAR, MEAN]]
        is_known = np.isfinite(titles)
        usual = np.where(is_known, titles, 0).sum(0) / np.maximum(is_known.sum(0), 1)
        usual[~is_known.any(0)] = np.nan
        moments = (ratings.mean(), ratings.std()) if len(ratings) else (np.nan, np.nan)
        shares = [(ratings >= LIKED).sum() / n, len(ratings) / n]
        extremes = [(ratings == 10).sum() / max(len(ratings), 1), (ratings <= LOW).sum() / max(len(ratings), 1)]
        return np.array([np.log(n), *moments, bias, *shares, *extremes, *usual], dtype=np.float32)


def flattened(models: Iterable[Model]) -> Arrays:
    """Return the models' arrays, each named "model.array"."""
    return {f"{model.name}.{name}": array for model in models for name, array in model.arrays.items()}


def saved_linear(models: Iterable[str]) -> type[RatingAwareEase]:
    """Return which of the linear models is among the names of saved models."""
    return SparseRatingAwareEase if SparseRatingAwareEase.name in models else RatingAwareEase


def nested(arrays: Mapping[str, NDArray[Any]], model: str) -> Arrays:
    """Return the arrays of one model from `flattened` ones."""
    return {name.partition(".")[2]: array for name, array in arrays.items() if name.startswith(f"{model}.")}
