"""A model's figures on held-out members: full ranking over the catalogue, nothing sampled."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommendations.engine.base import RatingPredictor, Scorer
from recommendations.engine.interactions import Histories, Interactions
from recommendations.engine.metrics import ranking, rating
from recommendations.engine.splitting import HeldOut

BATCH = 500
DEPTH = 20


@dataclass(frozen=True)
class RankingReport:
    """Means over members for whom something is relevant. liked: scored 8 or better; watched: any target."""

    ndcg_10_liked: float
    precision_10_liked: float
    recall_20_liked: float
    ndcg_10_watched: float
    precision_10_watched: float
    recall_20_watched: float
    novelty_10: float
    coverage_10: float
    gini_10: float
    members: int

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def evaluate_ranking(model: Scorer, held_out: HeldOut, popularity: NDArray[np.floating]) -> RankingReport:
    """Rank every title for every held-out member, their own input excluded.

    popularity: (n_items,) share of training members who watched each, for novelty.
    """
    n_items = held_out.inputs.shape[1]
    shown = np.zeros(n_items, dtype=np.int64)
    per_member = []
    for start in range(0, len(held_out.inputs), BATCH):
        rows = slice(start, start + BATCH)
        top = _top_unseen(model, held_out.inputs[rows])
        shown += np.bincount(top[:, :10].ravel(), minlength=n_items)
        targets = held_out.targets[rows]
        columns = [*_accuracy(top, targets.liked()), *_accuracy(top, targets.watched())]
        per_member.append(np.column_stack([*columns, ranking.novelty(top[:, :10], popularity)]))
    means = np.nanmean(np.concatenate(per_member), axis=0).tolist()
    coverage = float((shown > 0).mean())
    return RankingReport(*means, coverage, ranking.gini(shown), len(held_out.inputs))  # type: ignore[call-arg]


def _top_unseen(model: Scorer, inputs: Histories) -> NDArray[np.int64]:
    scores = np.array(model.score(inputs), dtype=np.float32)
    scores[inputs.matrix.nonzero()] = -np.inf
    return ranking.top_k(scores, DEPTH)


def _accuracy(top: NDArray[np.int64], relevant: csr_matrix) -> tuple[NDArray[np.float64], ...]:
    is_relevant = relevant.toarray() > 0
    hits = np.take_along_axis(is_relevant, top, 1)
    n_relevant = is_relevant.sum(1)
    return (
        ranking.ndcg(hits[:, :10], n_relevant),
        ranking.precision(hits[:, :10], n_relevant),
        ranking.recall(hits, n_relevant),
    )


def evaluate_ratings(model: RatingPredictor, kept_out: Interactions) -> dict[str, float]:
    """RMSE and MAE in points over the scored rows kept out of training."""
    predicted = model.predict(kept_out.user_index, kept_out.item_index)
    return {"rmse": rating.rmse(predicted, kept_out.score), "mae": rating.mae(predicted, kept_out.score)}
