"""What is made of the evidence: a ranking and a predicted score, by networks that learn from held-out members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, ListReadingPredictor, Model, NotFittedError, Scorer
from recommendations.engine.data.interactions import LIKED, Histories, Interactions
from recommendations.engine.data.splitting import HeldOut, resplit, truncated
from recommendations.engine.models.evidence import COLUMNS, OF_PAIR, Evidence, MemberEvidence, flattened, nested
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.networks import Training, answer

MOST_LISTS = 12_000  # to learn from: a large site has more members than it needs for that
SHORT_LISTS = (1, 3, 10)  # lengths to which every member's list is cut once, so that new members are known, too
FEW = 20  # a list of fewer titles says too little to find all candidates by it:
POPULAR = 50  # of them are then what most people like
BEST = 10  # titles whose mean a title is compared with
LINEAR = [OF_PAIR.index(name) for name in ("linear watched", "linear liked", "linear")]
AUDIENCE = COLUMNS.index("audience")
SVD = COLUMNS.index("svd")
NETWORK = "network"


class LearntFromEvidence(Model):
    """`fit` fits what gives evidence; `learn_from` then learns, from members `fit` never saw, what that is worth.

    Before `learn_from` the best single part answers.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.evidence: Evidence | None = None
        self.network: Arrays | None = None

    def over(self, evidence: Evidence, network: Arrays | None = None) -> Self:
        """Use evidence that was fitted already, and what was learnt from it."""
        self.evidence, self.network = evidence, network or None
        return self

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return self.over(Evidence.load(arrays), nested(arrays, NETWORK))

    @property
    def arrays(self) -> Arrays:
        network = {f"{NETWORK}.{name}": array for name, array in (self.network or {}).items()}
        return {**flattened(self.fitted.models), **network}

    @property
    def fitted(self) -> Evidence:
        """Raises NotFittedError."""
        if self.evidence is None:
            raise NotFittedError(f"{self.name} is not fitted")
        return self.evidence


class RankedCandidates(NamedTuple):
    """scores: (n_items,). candidates: (n,) those that were ranked anew; evidence: (n, len(COLUMNS)) their rows."""

    scores: NDArray[np.float32]
    candidates: NDArray[np.int64]
    evidence: NDArray[np.float32]


@dataclass
class Hybrid(LearntFromEvidence, Scorer):
    """The `candidates` best titles of the linear model, ranked anew by a network that reads all evidence.

    It learns from held-out members' lists, each parted `partings` times into input and targets, and from the same lists
    cut short; a target that was liked is worth 1, another `watched_gain`. Titles that are no candidates follow in the
    linear order. Against popularity bias `audience_penalty` is taken off for each unit of the title's log audience.
    What was measured, and what else was tried, is in docs/decisions/0005.

    Source: learning to rank the candidates of simpler models, Covington et al. 2016 (RecSys 10); the loss is ListNet's.
    """

    name: ClassVar[str] = "hybrid"
    candidates: int = 300
    watched_gain: float = 0.1
    audience_penalty: float = 0.04
    partings: int = 5
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        return self.over(Evidence.fit(train, svd=Svd(seed=self.seed)))

    def learn_from(self, held_out: HeldOut) -> Self:
        """Nothing is learnt where nobody is held out, or nothing is found: the linear order stays."""
        tables, gains = self._lists(held_out)
        self.network = Training(seed=self.seed).rank(tables, gains) if gains.any() else None
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        known = self.fitted.linear.arrays["known"]
        scores = np.empty(histories.shape, dtype=np.float32)
        for row in range(len(histories)):
            member = self.fitted.read(*histories.row(row))
            others = known.copy()
            others[member.items] = False
            scores[row] = self.rank(member, others).scores
        scores[:, ~known] = np.nan
        return scores

    def rank(self, member: MemberEvidence, allowed: NDArray[np.bool_]) -> RankedCandidates:
        """The candidates are the best of the `allowed` (n_items,) titles; in the scores they come before all others."""
        candidates = self._candidates(member, allowed)
        table = self._table(member, candidates)
        scores = member.linear.copy()
        if self.network is not None and len(candidates):
            learnt = answer(self.network, table) - self.audience_penalty * table[:, AUDIENCE]
            scores[candidates] = learnt - learnt.min() + max(scores.max(), 0) + 1
        return RankedCandidates(scores, candidates, table[:, : len(COLUMNS)])

    def _candidates(self, member: MemberEvidence, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(≤ candidates,) best first by the linear score; for lists of few titles the most popular are among them."""
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
        """Return (n_candidates, len(COLUMNS) + 6) features, with linear columns relative to the best candidates."""
        table = self.fitted.table(member, candidates)
        linear = np.ascontiguousarray(table[:, LINEAR].T)
        places, best = np.empty_like(linear), np.empty(len(linear), dtype=np.float32)
        for row, values in enumerate(linear):
            order = np.argsort(-values, kind="stable")
            places[row, order] = _log_places(len(order))
            best[row] = values[order[:BEST]].mean() if len(order) else 0
        against_best = linear / np.maximum(best, np.float32(1e-6))[:, None]
        return np.hstack([table, against_best.T, places.T])

    def _lists(self, held_out: HeldOut) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (n_lists, candidates, n_columns) and (n_lists, candidates) arrays, padded with zeros."""
        known = self.fitted.linear.arrays["known"]
        width = min(self.candidates, int(known.sum()))
        parted = list(_lists_to_learn_from(held_out, self.partings, self.seed))
        tables = np.zeros((len(parted), width, len(COLUMNS) + 2 * len(LINEAR)), dtype=np.float32)
        gains = np.zeros((len(parted), width), dtype=np.float32)
        for row, ((items, scores), (targets, given), weight) in enumerate(parted):
            others = known.copy()
            others[items] = False
            member = self.fitted.read(items, scores)
            candidates = self._candidates(member, others)
            worth = np.zeros(len(known), dtype=np.float32)
            worth[targets] = weight * np.where(given >= LIKED, 1, self.watched_gain)
            tables[row, : len(candidates)] = self._table(member, candidates)
            gains[row, : len(candidates)] = worth[candidates]
        return tables, gains


@dataclass
class RatingBlend(LearntFromEvidence, ListReadingPredictor):
    """SVD's prediction, corrected by a network that reads all evidence.

    It learns from the scored titles of held-out members, each predicted from the rest of the list.
    Source: stacking, Wolpert 1992; blending predictors with a network, Töscher et al. 2009 (the Netflix Grand Prize).
    """

    name: ClassVar[str] = "blend"
    partings: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.lists: Arrays = {}

    def fit(self, train: Interactions) -> Self:
        return self.over(Evidence.fit(train, svd=Svd(seed=self.seed))).remember(train)

    def remember(self, train: Interactions) -> Self:
        """Keep training members' lists, to `predict` by."""
        self.lists = self._remembered(train)
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

    def learn_from(self, held_out: HeldOut) -> Self:
        """Nothing is learnt where nobody is held out: SVD's prediction stays."""
        rows, errors = [], []
        for (items, scores), (targets, given), _ in _lists_to_learn_from(held_out, self.partings, self.seed):
            scored = given > 0
            table = self.fitted.table(self.fitted.read(items, scores), targets[scored])
            rows.append(table)
            errors.append(given[scored] - table[:, SVD])
        learnt = np.concatenate(errors) if errors else np.zeros(0, dtype=np.float32)
        self.network = Training(seed=self.seed).regress(np.concatenate(rows), learnt) if len(learnt) else None
        return self

    def predict_one(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], wanted: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        return self.rate(self.fitted.read(items, scores), wanted)

    def rate(self, member: MemberEvidence, wanted: NDArray[np.integer]) -> NDArray[np.float32]:
        """(n_wanted,) scores 1–10."""
        return self.rate_rows(self.fitted.table(member, wanted))

    def rate_rows(self, evidence: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, len(COLUMNS)) → (n,) scores 1–10."""
        correction = answer(self.network, evidence) if self.network is not None else 0
        return np.clip(evidence[:, SVD] + correction, 1, 10).astype(np.float32)


Row = tuple[NDArray[np.int32], NDArray[np.float32]]


def _lists_to_learn_from(held_out: HeldOut, partings: int, seed: int) -> Iterator[tuple[Row, Row, float]]:
    """(input, targets, weight) of members, each several times; titles with their scores.

    A list cut short has the whole rest of it as targets: together they weigh as much as those of a list that is parted.
    """
    members = np.random.default_rng(seed).permutation(len(held_out.inputs))
    few = held_out.members(np.sort(members[: MOST_LISTS // (partings + len(SHORT_LISTS))]))
    whole = ((parted, 1.0) for parted in resplit(few, partings, seed))
    short = ((truncated(few, n, seed + n), 1 / partings) for n in SHORT_LISTS)
    for parted, weight in (*whole, *short):
        for member in range(len(few.inputs)):
            yield parted.inputs.row(member), parted.targets.row(member), weight


def _log_places(n: int) -> NDArray[np.float32]:
    return np.log1p(np.arange(n, dtype=np.float32))
