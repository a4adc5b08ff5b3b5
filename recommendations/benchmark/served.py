"""What held-out members are shown: the order of titles that they plan, and how recent their suggestions are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.splitting import HeldOut
from recommendations.engine.member_list import MemberList
from recommendations.engine.metrics.bootstrap import mean_interval
from recommendations.engine.ranking import TitleRules
from recommendations.engine.recommender import Recommender

LEAST_SCORED = 5  # titles of a member whose order is judged
SHRINK = 5.0  # pseudo-scores of the overall mean
SHOWN = 20  # suggestions
YEARS = 2  # that count as recent, the member's last year included
TOP = 0.9  # quantile: the decile of the most recent lists
NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Figure:
    """A mean over members with its 95 % interval."""

    label: str
    mean: float
    low: float
    high: float
    members: int

    @classmethod
    def of(cls, label: str, values: NDArray[np.floating]) -> Figure:
        """values: (n_members,), NaN where a member can't be judged."""
        return cls(label, float(np.nanmean(values)), *mean_interval(values), int(np.isfinite(values).sum()))

    def __str__(self) -> str:
        return f"{self.label:<62} {self.mean:.3f} ({self.low:.3f} to {self.high:.3f}), {self.members:,} members"


def order_of_planned(recommender: Recommender, train: Interactions, held_out: HeldOut) -> list[Figure]:
    """Compare the order of held-out titles by expected score, and by their mean, with the scores members gave them.

    Spearman's rank correlation of each member with LEAST_SCORED scored targets that differ, averaged.
    """
    means = mean_scores(train)
    by_expected, by_mean = np.full(len(held_out.inputs), np.nan), np.full(len(held_out.inputs), np.nan)
    for row, (items, scores, targets, actual) in enumerate(_rows(held_out)):
        scored = actual > 0
        if scored.sum() >= LEAST_SCORED and np.ptp(actual[scored]) > 0:
            expected = recommender.predict(items, scores, targets[scored])
            by_expected[row] = _correlation(expected, actual[scored])
            by_mean[row] = _correlation(means[targets[scored]], actual[scored])
    return [
        Figure.of("planned by expected score, Spearman with later scores", by_expected),
        Figure.of("planned by the catalogue's mean score", by_mean),
        Figure.of("difference", by_expected - by_mean),
    ]


def mean_scores(train: Interactions) -> NDArray[np.float64]:
    """Return each title's mean score in training, shrunk to the overall mean: (n_items,)."""
    scored = train.score > 0
    n = np.bincount(train.item_index[scored], minlength=len(train.items))
    total = np.bincount(train.item_index[scored], train.score[scored], len(train.items))
    return (total + SHRINK * train.score[scored].mean()) / (n + SHRINK)


def recency_of_their_time(
    recommender: Recommender, held_out: HeldOut, rules: TitleRules, years: NDArray[np.integer]
) -> list[Figure]:
    """Compare shares of titles of the last two years of each member's own list: lists end in different years.

    years: (n_items,), 0 if unknown.
    """

    def recent(items: NDArray[np.integer]) -> NDArray[np.bool_]:
        last = _last_year(years[items])
        return (years > last - YEARS) & (years <= last)

    return _compare(recommender, held_out, rules, recent, "recent titles")


def recency_of_new_titles(
    recommender: Recommender, held_out: HeldOut, rules: TitleRules, new: NDArray[np.bool_]
) -> list[Figure]:
    """Compare shares of the titles that had just appeared when the recommender was fitted: (n_items,) mask."""
    return _compare(recommender, held_out, replace(rules, is_new=new), lambda items: new, "new titles")


def _compare(
    recommender: Recommender,
    held_out: HeldOut,
    rules: TitleRules,
    recent: Callable[[NDArray[np.integer]], NDArray[np.bool_]],
    what: str,
) -> list[Figure]:
    """Compare the share of recent titles among SHOWN suggestions with that among what members watched besides.

    Of the decile whose lists have most of them. What they watched besides counts once for a franchise that they hadn't
    begun, at its entry point, as suggestions do. recent: from a list's item indices to an (n_items,) mask.
    """
    rows = list(_rows(held_out))
    shown = _suggestions(recommender, rows, rules)
    own, watched, served = (np.full(len(rows), np.nan) for _ in range(3))
    for row, (items, _scores, targets, _actual) in enumerate(rows):
        mask, besides = recent(items), _new_entries(items, targets, rules)
        own[row], served[row] = mask[items].mean(), mask[shown[row]].mean() if len(shown[row]) else np.nan
        watched[row] = mask[besides].mean() if len(besides) else np.nan
    top = own >= np.nanquantile(own, TOP)
    return [
        Figure.of(f"{what}, share of the lists of the decile with most", own[top]),
        Figure.of(f"{what}, share of what they watched besides", watched[top]),
        Figure.of(f"{what}, share of their first {SHOWN} suggestions", served[top]),
        Figure.of("suggestions − watched (bar: within 0.05)", (served - watched)[top]),
    ]


Row = tuple[NDArray[np.integer], NDArray[np.floating], NDArray[np.integer], NDArray[np.floating]]


def _rows(held_out: HeldOut) -> Iterator[Row]:
    for row in range(len(held_out.inputs)):
        yield *held_out.inputs.row(row), *held_out.targets.row(row)


def _correlation(expected: NDArray[np.floating], actual: NDArray[np.floating]) -> float:
    return float(spearmanr(expected, actual).statistic) if np.ptp(expected) > 0 else 0.0


def _suggestions(recommender: Recommender, rows: list[Row], rules: TitleRules) -> list[NDArray[np.int64]]:
    """Return the item indices of each member's suggestions."""
    lists = [MemberList(items, scores, items, NOBODY, shows_adult=False) for items, scores, *_ in rows]
    ranked = recommender.recommend_many(lists, rules, SHOWN)
    return [recommender.items.index_of(one.ids) for one in ranked]


def _last_year(years: NDArray[np.integer]) -> int:
    """Return the last year with at least two titles of a list: one alone may be a wrong date or a preview."""
    return int(np.sort(years)[-2]) if len(years) > 1 else 0


def _new_entries(items: NDArray[np.integer], targets: NDArray[np.integer], rules: TitleRules) -> NDArray[np.int64]:
    """Return the entry points of the franchises that are among the targets and not among the items."""
    new = targets[~np.isin(rules.franchise[targets], rules.franchise[items])]
    entries = np.unique(rules.entry[new])
    return entries[entries >= 0]
