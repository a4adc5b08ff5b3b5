"""Per-title features for one member, the input of the ranker and the rating predictor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Model
from recommendations.engine.data.interactions import LIKED, Interactions
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.explain import Contributions, contributions
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.neighbours import Company, LikeMinded
from recommendations.engine.models.popularity import damped_mean
from recommendations.engine.models.residual_neighbours import ResidualNeighbours, Residuals

USUAL_PRIOR = 0.003  # share of members who watched a title, against chance
LOW = 5.0  # maximum score of a disliked title
OF_TITLE = (
    "audience", "mean", "like share", "deviation", "year", "tv", "movie", "episodes", "minutes", "catalogue score",
    "catalogue members", "franchise size",
)  # fmt: skip
OF_MEMBER = (
    "length", "mean given", "deviation given", "bias", "liked share", "scored share", "tens", "lows", "usual audience",
    "usual year", "usual mean",
)  # fmt: skip
OF_PAIR = (
    "linear watched", "linear liked", "linear", "svd", "svd taste", "neighbours", "franchise watched", "franchise part",
    "franchise liked", "franchise residual", "beyond usual audience", "beyond usual year", "beyond usual mean",
    "company watched", "company liked", "few liked", "company's lift", "company's deviation",
)  # fmt: skip
COLUMNS = (*OF_PAIR, *OF_TITLE, *OF_MEMBER)
AUDIENCE, YEAR, MEAN = (OF_TITLE.index(name) for name in ("audience", "year", "mean"))


@dataclass(frozen=True)
class MemberEvidence:
    """One member's list (n,), preprocessed by each model once for any number of targets.

    linear_watched, linear_liked: (n_items,) their sum is the linear score. taste: SVD's (1 + n_factors,). habits:
    (len(OF_MEMBER),). franchises: (4, n_franchises), see `Evidence._by_franchise`.
    """

    items: NDArray[np.integer]
    scores: NDArray[np.floating]
    contributions: Contributions
    linear_watched: NDArray[np.float32]
    linear_liked: NDArray[np.float32]
    residuals: Residuals
    taste: NDArray[np.float32]
    habits: NDArray[np.float32]
    franchises: NDArray[np.float64]
    company: Company

    @cached_property
    def linear(self) -> NDArray[np.float32]:
        return self.linear_watched + self.linear_liked


@dataclass
class TitleFacts(Model):
    """Per-title features from training data and catalogue: `titles` (n_items, OF_TITLE), `franchise` (n_items,)."""

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
        self._arrays = {"titles": np.column_stack(columns).astype(np.float32), "franchise": franchise}
        return self

    @cached_property
    def by_popularity(self) -> NDArray[np.int64]:
        """Return item indices, best first, by audience (likes count twice) times mean score."""
        audience, mean, liked = self.arrays["titles"][:, :3].T
        popularity = np.nan_to_num(np.expm1(audience) * (1 + liked) * mean)
        return np.argsort(-popularity, kind="stable")


@dataclass(frozen=True)
class Evidence:
    """The linear model, SVD, residual neighbours, title facts and like-minded members, over the same titles."""

    linear: RatingAwareEase
    svd: Svd
    neighbours: ResidualNeighbours
    facts: TitleFacts
    like_minded: LikeMinded

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
        svd.load(svd.without_members())
        neighbours.load(neighbours.without_members())
        return cls(linear, svd, neighbours, TitleFacts().fit(train), LikeMinded().fit(train))

    def refitted(self, train: Interactions) -> Self:
        """Return the same models fitted on other rows, with the same hyperparameters."""
        return self.fit(train, RatingAwareEase(**self.linear.parameters), Svd(**self.svd.parameters))

    @classmethod
    def load(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Restore from arrays as `flattened` returns them, with default hyperparameters."""
        return cls(
            RatingAwareEase().load(nested(arrays, RatingAwareEase.name)),
            Svd().load(nested(arrays, Svd.name)),
            ResidualNeighbours().load(nested(arrays, ResidualNeighbours.name)),
            TitleFacts().load(nested(arrays, TitleFacts.name)),
            LikeMinded().load(nested(arrays, LikeMinded.name)),
        )

    @property
    def models(self) -> tuple[Model, ...]:
        return self.linear, self.svd, self.neighbours, self.facts, self.like_minded

    def read(self, items: NDArray[np.integer], scores: NDArray[np.floating]) -> MemberEvidence:
        """Preprocess one member's list: (n,) titles with scores 1–10, 0 for none."""
        contributed = contributions(self.linear, items, scores)
        watched, liked = contributed.totals_by_fact()
        residuals = self.neighbours.residuals(items, scores)
        return MemberEvidence(
            items,
            scores,
            contributed,
            watched.astype(np.float32),
            liked.astype(np.float32),
            residuals,
            self.svd.fold_in(items, scores),
            self._habits(items, scores, residuals.bias),
            self._by_franchise(items, scores, residuals),
            self.like_minded.company(items, scores),
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
            *self._of_franchise(member, targets),
            *usual.T,
            *self._of_company(member.company, targets),
        ]
        rows = np.empty((len(targets), len(COLUMNS)), dtype=np.float32)
        rows[:, : len(OF_PAIR)] = np.stack(of_pair, 1)
        rows[:, len(OF_PAIR) : -len(OF_MEMBER)] = of_title
        rows[:, -len(OF_MEMBER) :] = member.habits
        return rows

    def _by_franchise(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], residuals: Residuals
    ) -> NDArray[np.float64]:
        """Return (4, n_franchises): counts of listed, liked and scored titles, and the sum of their residuals."""
        franchise, n = self.facts.arrays["franchise"], len(self._franchise_sizes)
        watched, scored = franchise[items], franchise[residuals.items]
        liked = watched[scores >= LIKED]
        counts = [np.bincount(titles, minlength=n) for titles in (watched, liked, scored)]
        return np.stack([*counts, np.bincount(scored, residuals.values, n)])

    def _of_franchise(self, member: MemberEvidence, targets: NDArray[np.integer]) -> list[NDArray[np.float64]]:
        """Return franchise features: titles on the list, share of the franchise, liked titles, damped mean residual."""
        franchise = self.facts.arrays["franchise"][targets]
        watched, liked, scored, residuals = member.franchises[:, franchise]
        return [
            np.log1p(watched),
            watched / self._franchise_sizes[franchise],
            np.log1p(liked),
            residuals / (1 + scored),
        ]

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

    @cached_property
    def _franchise_sizes(self) -> NDArray[np.float32]:
        return np.bincount(self.facts.arrays["franchise"]).astype(np.float32)

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


def nested(arrays: Mapping[str, NDArray[Any]], model: str) -> Arrays:
    """Return the arrays of one model from `flattened` ones."""
    return {name.partition(".")[2]: array for name, array in arrays.items() if name.startswith(f"{model}.")}


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
