"""Rankers and rating predictors on top of the evidence: networks that learn from held-out members."""

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

MOST_LISTS = 12_000  # for training; large sites have more members than needed
SHORT_LISTS = (1, 3, 10)  # each list is also truncated to these lengths, for cold start
FEW = 20  # shorter lists are too little evidence to select all candidates by:
POPULAR = 50  # of them are the most popular titles instead
BEST = 10  # top titles; linear scores are relative to their mean
LINEAR = [OF_PAIR.index(name) for name in ("linear watched", "linear liked", "linear")]
AUDIENCE = COLUMNS.index("audience")
SVD = COLUMNS.index("svd")
NETWORK = "network"


class StackedModel(Model):
    """`fit` fits the base models; `learn_from` trains a network on their evidence, on members unseen by `fit`.

    Before `learn_from` the best single base model is used.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.evidence: Evidence | None = None
        self.network: Arrays | None = None

    def over(self, evidence: Evidence, network: Arrays | None = None) -> Self:
        """Use fitted evidence, and the network trained on it."""
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
        """Return the fitted evidence. Raises NotFittedError."""
        if self.evidence is None:
            raise NotFittedError(f"{self.name} is not fitted")
        return self.evidence


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

    It learns from held-out members' lists, each split `partings` times into input and targets, and from the same lists
    truncated; a liked target has gain 1, any other `watched_gain`. Other titles follow in the linear order. Against
    popularity bias, `audience_penalty` is subtracted per unit of the title's log audience. docs/decisions/0005 has the
    measurements and the rejected alternatives.

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
        """Train the network, or keep the linear order if no target of a held-out member is a candidate."""
        tables, gains = self._lists(held_out)
        self.network = Training(seed=self.seed).rank(tables, gains) if gains.any() else None
        return self

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
            reranked = answer(self.network, table) - self.audience_penalty * table[:, AUDIENCE]
            scores[candidates] = reranked - reranked.min() + max(scores.max(), 0) + 1
        return RankedCandidates(scores, candidates, table[:, : len(COLUMNS)])

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
        """Return (n_candidates, len(COLUMNS) + 6) features.

        The evidence, and the linear columns relative to the best candidates and as log ranks.
        """
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
        """Return (n_lists, candidates, n_columns) features and (n_lists, candidates) gains, padded with zeros."""
        is_known = self.fitted.linear.arrays["known"]
        width = min(self.candidates, int(is_known.sum()))
        splits = list(_training_lists(held_out, self.partings, self.seed))
        tables = np.zeros((len(splits), width, len(COLUMNS) + 2 * len(LINEAR)), dtype=np.float32)
        gains = np.zeros((len(splits), width), dtype=np.float32)
        for row, ((items, scores), (targets, target_scores), weight) in enumerate(splits):
            others = is_known.copy()
            others[items] = False
            member = self.fitted.read(items, scores)
            candidates = self._candidates(member, others)
            gain = np.zeros(len(is_known), dtype=np.float32)
            gain[targets] = weight * np.where(target_scores >= LIKED, 1, self.watched_gain)
            tables[row, : len(candidates)] = self._table(member, candidates)
            gains[row, : len(candidates)] = gain[candidates]
        return tables, gains


@dataclass
class RatingBlend(StackedModel, ListReadingPredictor):
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

    def learn_from(self, held_out: HeldOut) -> Self:
        """Train the network, or keep SVD's prediction if no held-out member has a scored target."""
        rows, errors = [], []
        for (items, scores), (targets, target_scores), _ in _training_lists(held_out, self.partings, self.seed):
            has_score = target_scores > 0
            table = self.fitted.table(self.fitted.read(items, scores), targets[has_score])
            rows.append(table)
            errors.append(target_scores[has_score] - table[:, SVD])
        corrections = np.concatenate(errors) if errors else np.zeros(0, dtype=np.float32)
        self.network = Training(seed=self.seed).regress(np.concatenate(rows), corrections) if len(corrections) else None
        return self

    def predict_one(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], targets: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        return self.rate(self.fitted.read(items, scores), targets)

    def rate(self, member: MemberEvidence, targets: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n_targets,) scores, 1–10."""
        return self.rate_rows(self.fitted.table(member, targets))

    def rate_rows(self, evidence: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n,) scores, 1–10, for (n, len(COLUMNS)) evidence rows."""
        correction = answer(self.network, evidence) if self.network is not None else 0
        return np.clip(evidence[:, SVD] + correction, 1, 10).astype(np.float32)


Row = tuple[NDArray[np.int32], NDArray[np.float32]]


def _training_lists(held_out: HeldOut, partings: int, seed: int) -> Iterator[tuple[Row, Row, float]]:
    """Yield (inputs, targets, weight) of members, each several times; titles with their scores.

    A truncated list has the whole rest as targets, weighted to count as much as the targets of one split.
    """
    members = np.random.default_rng(seed).permutation(len(held_out.inputs))
    sample = held_out.members(np.sort(members[: MOST_LISTS // (partings + len(SHORT_LISTS))]))
    whole = ((split, 1.0) for split in resplit(sample, partings, seed))
    shortened = ((truncated(sample, n, seed + n), 1 / partings) for n in SHORT_LISTS)
    for split, weight in (*whole, *shortened):
        for member in range(len(sample.inputs)):
            yield split.inputs.row(member), split.targets.row(member), weight


def _log_places(n: int) -> NDArray[np.float32]:
    return np.log1p(np.arange(n, dtype=np.float32))
