"""Rankers and rating predictors on top of the evidence: networks that learn from held-out members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, ListReadingPredictor, Scorer
from recommendations.engine.data.interactions import LIKED, Histories, Interactions
from recommendations.engine.models.evidence.evidence import (
    COLUMNS,
    OF_PAIR,
    Evidence,
    MemberEvidence,
)
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.networks import Training, answer, fit_spread, spread
from recommendations.engine.models.stacking import Lesson, Row, StackedModel

FEW = 20  # shorter lists are too little evidence to select all candidates by:
POPULAR = 50  # of them are the most popular titles instead
BEST = 10  # top titles; the scores of RELATIVE are relative to their mean
RELATIVE = [
    OF_PAIR.index(name)
    for name in ("linear watched", "linear liked", "linear", "company watched", "company liked", "few liked")
]
LINEAR_PLACE = len(COLUMNS) + len(RELATIVE) + RELATIVE.index(OF_PAIR.index("linear"))
ANCHORED = 4  # shorter lists say too little by themselves, those of FEW titles enough
SVD = COLUMNS.index("svd")
EXPOSURE = "exposure"  # array of the hybrid's network: in how many of 1,000 first tens each title is
EXPOSED, EXPOSED_LISTS = 10, 500  # places, and lists of each lesson, to count it in
RELIABLE = 8  # places by score alone
GAP = 1e-3  # between them and the others
SAMPLE = 60  # candidates of each list to learn from: all targets, and some of the others in place of all
INTERVAL = 0.8  # share of scores within the interval of a prediction
APART, LEAST_APART = 0.05, 20  # share and number of the lists that intervals are learned from
RANKING = partial(Training, hidden=256, hidden_2=128, epochs=9, refined=4)

NO_TARGETS: Row = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


class RankedCandidates(NamedTuple):
    """A ranking of all titles.

    scores: (n_items,). candidates: (n,) the reranked titles; evidence: (n, len(COLUMNS)) their rows.
    """

    scores: NDArray[np.float32]
    candidates: NDArray[np.int64]
    evidence: NDArray[np.float32]


@dataclass
class Hybrid(StackedModel, Scorer):
    """The `candidates` best titles of the linear model, reranked by a network that reads all evidence.

    It learns from lists of held-out and of training members (see `lessons`), split into input and targets, and from
    the same lists truncated; a liked target has gain 1, any other `watched_gain`. Other titles follow in the linear
    order. `anchor` is subtracted per unit of the log place in the linear order, which keeps short lists of one kind to
    it, but not the shortest. Below the first RELIABLE places of lists that aren't short, titles that hardly anybody
    gets are preferred: `exploration` / (1 + exposure) is added to their scores.
    docs/decisions/0005, 0029 and 0030 have the measurements and the rejected alternatives.

    Source: learning to rank the candidates of simpler models, Covington et al. 2016 (RecSys 10); the losses are
    ListNet's, then LambdaLoss.
    """

    name: ClassVar[str] = "hybrid"
    stand_in: ClassVar[str] = RatingAwareEase.name
    candidates: int = 300
    watched_gain: float = 0.1
    anchor: float = 0.9
    exploration: float = 1.6
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        return self.over(Evidence.fit(train, svd=Svd(seed=self.seed)))

    def score(self, histories: Histories) -> NDArray[np.float32]:
        is_known = self.fitted.linear.arrays["known"]
        scores = np.empty(histories.shape, dtype=np.float32)
        for row in range(len(histories)):
            member = self.fitted.read(*histories.row(row))
            others = is_known.copy()
            others[member.items] = False
            scores[row] = self.rank(member, others).scores
        scores[:, ~is_known] = np.nan
        return scores

    def rank(self, member: MemberEvidence, allowed: NDArray[np.bool_]) -> RankedCandidates:
        """Rerank the best of the `allowed` (n_items,) titles; a network scores them above all others."""
        candidates = self._candidates(member, allowed)
        table = self._table(member, candidates)
        scores = member.linear.copy()
        if self.network is not None and len(candidates):
            reranked = self._explored(self._reranked(member, table), candidates, len(member.items))
            scores[candidates] = reranked - reranked.min() + max(scores.max(), 0) + 1
        return RankedCandidates(scores, candidates, table[:, : len(COLUMNS)])

    def _reranked(self, member: MemberEvidence, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the network's scores of the candidates, those of short lists held to the linear order."""
        scores = answer(self.network or {}, table)
        is_anchored = ANCHORED <= len(member.items) < FEW
        return scores - np.float32(self.anchor) * table[:, LINEAR_PLACE] if is_anchored else scores

    def _explored(
        self, scores: NDArray[np.float32], candidates: NDArray[np.int64], n_listed: int
    ) -> NDArray[np.float32]:
        """Return the candidates' scores; below the first RELIABLE ones, those of rare titles are higher."""
        exposure = (self.network or {}).get(EXPOSURE)
        if exposure is None or n_listed < FEW or len(scores) <= RELIABLE:
            return scores
        order = np.argsort(-scores, kind="stable")
        last, rest = order[RELIABLE - 1], order[RELIABLE:]
        raised = scores[rest] + np.float32(self.exploration) / (1 + exposure[candidates[rest]])
        explored = scores.copy()
        explored[rest] = raised + min(scores[last] - raised.max() - GAP, 0)
        return explored

    def _candidates(self, member: MemberEvidence, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return up to `candidates` titles, best first by linear score; for short lists, including the most popular."""
        among = np.flatnonzero(allowed)
        if self.candidates < len(among):
            among = among[np.argpartition(-member.linear[among], self.candidates - 1)[: self.candidates]]
        among = among[np.argsort(-member.linear[among], kind="stable")]
        if len(member.items) < FEW and self.candidates < allowed.sum():
            by_popularity = self.fitted.facts.by_popularity
            popular = by_popularity[allowed[by_popularity]][:POPULAR]
            among = np.union1d(among[: self.candidates - len(popular)], popular)
            among = among[np.argsort(-member.linear[among], kind="stable")]
        return among

    def _table(self, member: MemberEvidence, candidates: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (n_candidates, len(COLUMNS) + 2 · len(RELATIVE)) features.

        The evidence, and the RELATIVE columns relative to the best candidates and as log ranks.
        """
        table = self.fitted.table(member, candidates)
        columns = np.ascontiguousarray(table[:, RELATIVE].T)
        places, best = np.empty_like(columns), np.empty(len(columns), dtype=np.float32)
        for row, values in enumerate(columns):
            order = np.argsort(-values, kind="stable")
            places[row, order] = _log_places(len(order))
            best[row] = values[order[:BEST]].mean() if len(order) else 0
        against_best = columns / np.maximum(best, np.float32(1e-6))[:, None]
        return np.hstack([table, against_best.T, places.T])

    def _example(
        self, evidence: Evidence, member: MemberEvidence, targets: Row, weight: float, generator: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return a sample of one list's candidates.

        (n, n_columns) features, (n,) gains, and (n,) how many candidates each stands for.
        """
        gains, _, table = replace(self).over(evidence)._judged_list(member, targets)
        sample, counts = _sampled(gains > 0, SAMPLE, generator)
        return table[sample], weight * gains[sample], counts

    def _train(self, examples: Sequence[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]) -> None:
        """Train the network, or keep the linear order if no target of any list is a candidate."""
        width = max((len(gains) for _, gains, _ in examples), default=0)
        tables = np.zeros((len(examples), width, len(COLUMNS) + 2 * len(RELATIVE)), dtype=np.float32)
        gains, counts = np.zeros((2, len(examples), width), dtype=np.float32)
        for row, (table, gain, count) in enumerate(examples):
            tables[row, : len(gain)], gains[row, : len(gain)], counts[row, : len(gain)] = table, gain, count
        self.network = RANKING(seed=self.seed).rank(tables, gains, counts) if gains.any() else None

    def _look_back(self, lessons: Sequence[Lesson], seed: int) -> None:
        """Count each title's exposure, in some of the lists."""
        if self.network is None:
            return
        counts, n_lists = np.zeros(len(self.fitted.linear.arrays["known"])), 0
        for lesson in lessons:
            model = replace(self).over(lesson.evidence, self.network)
            for own, _, _ in islice(lesson.parted(seed), EXPOSED_LISTS):
                member = lesson.evidence.read(*own)
                _, candidates, table = model._judged_list(member, NO_TARGETS)
                counts[candidates[np.argsort(-model._reranked(member, table), kind="stable")[:EXPOSED]]] += 1
                n_lists += 1
        self.network |= {EXPOSURE: (1000 * counts / n_lists).astype(np.float32)}

    def _judged_list(self, member: MemberEvidence, targets: Row) -> RankedCandidates:
        """Return one list's candidates with their gains as scores, (n_candidates,), and their features."""
        others = self.fitted.linear.arrays["known"].copy()
        others[member.items] = False
        candidates = self._candidates(member, others)
        gain = np.zeros(len(others), dtype=np.float32)
        gain[targets[0]] = np.where(targets[1] >= LIKED, 1, self.watched_gain)
        return RankedCandidates(gain[candidates], candidates, self._table(member, candidates))


@dataclass
class RatingBlend(StackedModel, ListReadingPredictor):
    """SVD's prediction, corrected by a network that reads all evidence.

    It learns from the scored titles of the same lists, each predicted from the rest of the list.
    Source: stacking, Wolpert 1992; blending predictors with a network, Töscher et al. 2009 (the Netflix Grand Prize).
    """

    name: ClassVar[str] = "blend"
    stand_in: ClassVar[str] = Svd.name
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.lists: Arrays = {}

    def fit(self, train: Interactions) -> Self:
        return self.over(Evidence.fit(train, svd=Svd(seed=self.seed))).remember(train)

    def remember(self, train: Interactions) -> Self:
        """Keep the training members' lists for `predict`."""
        self.lists = self._list_arrays(train)
        return self

    def forget(self) -> None:
        """Drop the training members' lists."""
        self.lists = {}

    @property
    def arrays(self) -> Arrays:
        return {**super().arrays, **self.lists}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        self.lists = {name: array for name, array in arrays.items() if name.startswith("lists_")}
        return super().load(arrays)

    def _train(self, examples: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> None:
        """Train the network, or keep SVD's prediction if no list has a scored target.

        A part of the lists is kept apart from it, to learn how far predictions are off.
        """
        lists = [(table, scores) for table, scores in examples if len(scores)]
        order = np.random.default_rng(self.seed).permutation(len(lists))
        learned = order[int(APART * len(lists)) :]
        self.network = None
        if len(learned):
            rows, scores = (np.concatenate(parts) for parts in zip(*(lists[i] for i in learned), strict=True))
            self.network = Training(seed=self.seed).regress(rows, scores - rows[:, SVD])
            self._learn_spread([lists[i] for i in order[: len(lists) - len(learned)]])

    def _learn_spread(self, lists: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> None:
        """Learn intervals from lists apart, as tables and scores; without enough of them there are none."""
        if self.network is None or len(lists) < LEAST_APART:
            return
        rows, scores = (np.concatenate(parts) for parts in zip(*lists, strict=True))
        errors = np.abs(scores - self.rate_rows(rows))
        self.network |= fit_spread(self.network, rows, errors, INTERVAL)

    def _example(
        self, evidence: Evidence, member: MemberEvidence, targets: Row, weight: float, generator: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (n, len(COLUMNS)) evidence and (n,) scores of a list's scored targets."""
        titles, scores = targets
        has_score = scores > 0
        return evidence.table(member, titles[has_score]), scores[has_score]

    def predict_one(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], targets: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        return self.rate(self.fitted.read(items, scores), targets)

    def interval_rows(self, evidence: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, 2) bounds, 1–10, between which INTERVAL of the scores lie, for (n, len(COLUMNS)) evidence rows.

        NaN before intervals were learned.
        """
        predicted, distance = self.rate_rows(evidence), spread(self.network or {}, evidence)
        return np.clip(np.stack([predicted - distance, predicted + distance], 1), 1, 10)

    def predict_interval(self, user_index: NDArray[np.integer], item_index: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n, 2) bounds, see `interval_rows`, for (n,) pairs of training members and titles."""

        def answer(
            items: NDArray[np.integer], scores: NDArray[np.floating], targets: NDArray[np.integer]
        ) -> NDArray[np.float32]:
            return self.interval_rows(self.fitted.table(self.fitted.read(items, scores), targets))

        return self._of_each_member(answer, user_index, item_index)

    def rate(self, member: MemberEvidence, targets: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n_targets,) scores, 1–10."""
        return self.rate_rows(self.fitted.table(member, targets))

    def rate_rows(self, evidence: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n,) scores, 1–10, for (n, len(COLUMNS)) evidence rows."""
        correction = answer(self.network, evidence) if self.network is not None else 0
        return np.clip(evidence[:, SVD] + correction, 1, 10).astype(np.float32)


def _sampled(
    is_target: NDArray[np.bool_], n: int, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the places of up to n candidates, all targets first, and how many candidates each stands for."""
    order = np.argsort(generator.random(len(is_target)) - is_target, kind="stable")[:n]
    n_others, n_kept = (~is_target).sum(), (~is_target[order]).sum()
    return order, np.where(is_target[order], 1, n_others / max(n_kept, 1)).astype(np.float32)


def _log_places(n: int) -> NDArray[np.float32]:
    return np.log1p(np.arange(n, dtype=np.float32))
