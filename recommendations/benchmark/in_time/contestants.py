"""Who is compared on dated lists: with and without their dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Protocol, Self, cast

import numpy as np
from numpy.typing import NDArray

from recommendations.benchmark.in_time.splitting import DatedHistories, Stage
from recommendations.engine.data.interactions import Histories
from recommendations.engine.evaluation import Ranks
from recommendations.engine.explain import contributions
from recommendations.engine.models.linear import Ease, RatingAwareEase
from recommendations.engine.models.self_attention import RANDOM, SelfAttention
from recommendations.engine.recency.half_life import half_life
from recommendations.engine.recency.weights import YEAR, known_days, weights

WEEK = 7  # days
ALWAYS = float("inf")
OWN = "own"  # the order of a list's dates
SPREAD_YEARS = 6.0  # over which a list is spread where only its order counts
LINEAR = "linear"  # to which differences are measured
Grid = Mapping[str, Sequence[Any]]


class Ranker(Ranks, Protocol):
    """A model of dated lists."""

    def fit(self, stage: Stage) -> Self: ...


@dataclass(frozen=True)
class Contestant:
    """make: an unfitted model with some parameters; grid: the values to choose from by NDCG on the earlier stage."""

    name: str
    label: str
    make: Callable[..., Ranker]
    grid: Grid = field(default_factory=dict)

    def choices(self) -> list[dict[str, Any]]:
        return [dict(zip(self.grid, values, strict=True)) for values in product(*self.grid.values())]


@dataclass
class Audience:
    """score = how many rated a title in the last `weeks` before the split; of as many, how many ever did."""

    weeks: float = ALWAYS

    def fit(self, stage: Stage) -> Self:
        ever = stage.train.item_counts()
        is_recent = stage.days > stage.days.max(initial=0) - self.weeks * WEEK
        recent = np.bincount(stage.train.item_index[is_recent], minlength=len(ever))
        self.scores = np.where(ever > 0, recent + ever / (ever.sum() + 1), np.nan)
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        return np.tile(self.scores.astype(np.float32), (len(histories), 1))


@dataclass
class Undated:
    """A model that knows no dates."""

    model: Ease | RatingAwareEase | SelfAttention

    def fit(self, stage: Stage) -> Self:
        self.model.fit(stage.train)
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        return self.model.score(histories)


@dataclass
class DatedLinear:
    """The linear model, which weighs each title of a list by its age."""

    model: RatingAwareEase
    ages: Callable[[RatingAwareEase, NDArray[Any], NDArray[Any], NDArray[Any]], NDArray[np.float32] | None]

    def fit(self, stage: Stage) -> Self:
        self.model.fit(stage.train)
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        dated = cast(DatedHistories, histories)
        rows = []
        for member in range(len(dated)):
            items, scores = dated.row(member)
            by_age = self.ages(self.model, items, scores, dated.days_of(member))
            rows.append(contributions(self.model, items, scores, by_age).totals())
        found = np.array(rows, dtype=np.float32).reshape(histories.shape)
        found[:, ~self.model.arrays["known"]] = np.nan
        return found


@dataclass
class InOrder:
    """A model that reads lists in the order in which they were made."""

    model: SelfAttention

    def fit(self, stage: Stage) -> Self:
        self.model.fit_sequences(stage.lists.in_order(), len(stage.train.items))
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        return self.model.score_sequences(cast(DatedHistories, histories).in_order())


def by_site_rules(
    model: RatingAwareEase, items: NDArray[Any], scores: NDArray[Any], days: NDArray[Any]
) -> NDArray[np.float32] | None:
    """Weigh a list as the site does; None if its dates say nothing by `known_days`."""
    known = known_days(days)
    return None if known is None else weights(known, half_life(model, items, scores, known))


def by_order(
    model: RatingAwareEase, items: NDArray[Any], scores: NDArray[Any], days: NDArray[Any]
) -> NDArray[np.float32]:
    """Weigh a list by the site's half-lives, as if its titles had been watched evenly over some years."""
    places = np.argsort(np.argsort(days, kind="stable"), kind="stable")
    evenly = places / max(len(days) - 1, 1) * SPREAD_YEARS * YEAR
    return weights(evenly, half_life(model, items, scores, evenly))


@dataclass(frozen=True)
class OneHalfLife:
    """Weigh all lists by one half-life, in days before the list's latest title."""

    half_life: float

    def __call__(
        self, model: RatingAwareEase, items: NDArray[Any], scores: NDArray[Any], days: NDArray[Any]
    ) -> NDArray[np.float32]:
        return weights(days, self.half_life / YEAR)


def _linear(**parameters: Any) -> Undated:
    return Undated(RatingAwareEase(**parameters))


def _ease(**parameters: Any) -> Undated:
    return Undated(Ease(**parameters))


def _by_rules(**parameters: Any) -> DatedLinear:
    return DatedLinear(RatingAwareEase(**parameters), by_site_rules)


def _by_order(**parameters: Any) -> DatedLinear:
    return DatedLinear(RatingAwareEase(**parameters), by_order)


def _one_half_life(days: float, **parameters: Any) -> DatedLinear:
    return DatedLinear(RatingAwareEase(**parameters), OneHalfLife(days))


EVERY_TITLE: dict[str, Any] = {"window": 100, "targets": 10_000, "lists_at_once": 32}  # there are few lists


def _sequence(**parameters: Any) -> InOrder:
    return InOrder(SelfAttention(order=OWN, **EVERY_TITLE, **parameters))


def _shuffled(**parameters: Any) -> Undated:
    return Undated(SelfAttention(order=RANDOM, **EVERY_TITLE, **parameters))


LINEAR_GRID = {"l2": (20.0, 100.0, 400.0), "watched_weight": (0.5, 2.0)}
NETWORK_GRID = {"dropout": (0.2, 0.5), "epochs": (30,)}
CONTESTANTS = (
    Contestant("popularity", "popularity", Audience),
    Contestant("recent", "popularity of the last weeks", Audience, {"weeks": (1, 2, 4, 8)}),
    Contestant("ease", "EASE", _ease, {"l2": (50.0, 100.0, 200.0, 400.0, 800.0)}),
    Contestant(LINEAR, "linear, without dates (ours)", _linear, LINEAR_GRID),
    Contestant("by-rules", "linear, half-lives by the site's rules", _by_rules, LINEAR_GRID),
    Contestant("by-order", "linear, half-lives by the order of the list", _by_order, LINEAR_GRID),
    Contestant(
        "one-half-life",
        "linear, one half-life for all",
        _one_half_life,
        {"l2": (100.0, 200.0, 400.0), "watched_weight": (2.0,), "days": (0.01, 0.1, 1.0, 7.0, 30.0)},
    ),
    Contestant("sasrec-shuffled", "SASRec, order unknown", _shuffled, NETWORK_GRID),
    Contestant("sasrec", "SASRec", _sequence, NETWORK_GRID),
)
