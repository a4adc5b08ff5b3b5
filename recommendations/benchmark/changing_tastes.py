"""Recommendations for members whose taste turned, with and without the dates of their lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.data.interactions import LIKED, IdMap
from recommendations.engine.data.splitting import HeldOut
from recommendations.engine.member_list import MemberList
from recommendations.engine.metrics.bootstrap import Difference, paired_difference
from recommendations.engine.recency.weights import YEAR, known_days
from recommendations.engine.recommender import Recommender

PLACES = 10
LEAST_LISTED, LEAST_TARGETS = 40, 3
MOST_LISTED = 150  # of each of two tastes
OTHERS = 30  # of which the least alike is the taste that a member turns to
YEARS = 3.0  # of each taste
LATEST = 0.2  # share of a real list's dated titles that are foreseen


class DatedList(NamedTuple):
    """items, scores: (n,) a list, 0 for no score; days: when they were watched. targets: titles liked later."""

    items: NDArray[np.int64]
    scores: NDArray[np.float32]
    days: NDArray[np.float64]
    targets: NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """NDCG@10 of liked titles without and with dates, (n_lists,) each, and how often which half-life was found."""

    without: NDArray[np.float64]
    dated: NDArray[np.float64]
    half_lives: Counter[float]

    @property
    def ratio(self) -> float:
        return float(self.dated.mean() / self.without.mean())

    @property
    def difference(self) -> Difference:
        return paired_difference(self.dated, self.without)


def compare(recommender: Recommender, lists: Iterable[DatedList]) -> Comparison:
    """Rank for each list with its dates and without them."""
    figures, found = [], Counter[float]()
    for one in lists:
        own = MemberList(one.items, one.scores, one.items, one.items[:0], shows_adult=True)
        dated = own.with_days(known_days(one.days))
        found[recommender.half_life_of(dated)] += 1
        figures.append([_ndcg(recommender, version, one.targets) for version in (own, dated)])
    without, with_dates = np.array(figures).reshape(-1, 2).T
    return Comparison(without, with_dates, found)


def held_out_lists(held_out: HeldOut, items: IdMap, of: IdMap) -> list[DatedList]:
    """Return the members with enough titles, in the indices of `of`, without days; targets: what they liked."""
    at, lists = of.index_of(items.ids), []
    for row in range(len(held_out.inputs)):
        (own, scores), (later, given) = held_out.inputs.row(row), held_out.targets.row(row)
        titles, targets = at[own], at[later[given >= LIKED]]
        known = titles >= 0
        one = DatedList(titles[known], scores[known], np.full(known.sum(), np.nan), targets[targets >= 0])
        if len(one.items) >= LEAST_LISTED and len(one.targets) >= LEAST_TARGETS:
            lists.append(one)
    return lists


def turned(lists: Sequence[DatedList], seed: int = 0) -> Iterator[DatedList]:
    """Yield each list followed by that of somebody with another taste, whose targets are to be found."""
    generator = np.random.default_rng(seed)
    for one in lists:
        candidates = [lists[i] for i in generator.permutation(len(lists))[:OTHERS] if lists[i] is not one]
        other = min(candidates, key=lambda them: len(np.intersect1d(one.items, them.items)) / len(them.items))
        n = min(len(one.items), len(other.items), MOST_LISTED)
        before, after = (generator.permutation(len(each.items))[:n] for each in (one, other))
        before = before[~np.isin(one.items[before], np.concatenate([other.items[after], other.targets]))]
        days = [generator.uniform(0, YEARS, len(before)), generator.uniform(YEARS, 2 * YEARS, n)]
        yield DatedList(
            np.concatenate([one.items[before], other.items[after]]),
            np.concatenate([one.scores[before], other.scores[after]]),
            np.concatenate(days) * YEAR,
            other.targets,
        )


def steady(lists: Iterable[DatedList], seed: int = 0) -> Iterator[DatedList]:
    """Yield the lists with days by chance: nothing changes in them."""
    generator = np.random.default_rng(seed)
    for one in lists:
        yield one._replace(days=generator.uniform(0, 2 * YEARS, len(one.items)) * YEAR)


def foreseen(lists: Iterable[DatedList]) -> Iterator[DatedList]:
    """Yield real dated lists without their latest titles, of which the liked ones are the targets."""
    for one in lists:
        dated = np.flatnonzero(np.isfinite(one.days))
        latest = dated[np.argsort(one.days[dated], kind="stable")][-round(LATEST * len(dated)) :]
        rest = np.setdiff1d(np.arange(len(one.items)), latest)
        targets = one.items[latest][one.scores[latest] >= LIKED]
        if known_days(one.days[rest]) is not None and len(targets) >= LEAST_TARGETS:
            yield DatedList(one.items[rest], one.scores[rest], one.days[rest], targets)


def _ndcg(recommender: Recommender, own: MemberList, targets: NDArray[np.integer]) -> float:
    others = recommender.linear.arrays["known"].copy()
    others[own.items] = False
    ranked = recommender.hybrid.rank(recommender.read(own), others)
    best = ranked.candidates[np.argsort(-ranked.scores[ranked.candidates], kind="stable")[:PLACES]]
    discounts = 1 / np.log2(np.arange(2, PLACES + 2))
    return float(np.isin(best, targets) @ discounts[: len(best)] / discounts[: len(targets)].sum())
