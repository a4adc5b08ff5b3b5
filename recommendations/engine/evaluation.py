"""Offline metrics on held-out members: full ranking over the catalogue, no sampling.

Members are ranked in batches, by this process or on Dask's cluster, with the same figures to the last bit.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommendations.engine.base import RatingPredictor
from recommendations.engine.data.batches import in_batches
from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.splitting import HeldOut, NewTitles
from recommendations.engine.metrics import ranking, rating

DEPTH = 20
AGREEMENT_DEPTH = 100
MEMBER_FIGURES = (
    "ndcg_10_liked", "precision_10_liked", "recall_20_liked",
    "ndcg_10_watched", "precision_10_watched", "recall_20_watched", "novelty_10",
)  # fmt: skip


class Ranks(Protocol):
    """Scores titles for lists: a Scorer, or anything with the same method."""

    def score(self, histories: Histories) -> NDArray[np.float32]: ...


@runtime_checkable
class HasIntervals(Protocol):
    """Predicts (n, 2) bounds, 1–10, between which 80 % of the scores lie; NaN if it has not learned to."""

    def predict_interval(
        self, user_index: NDArray[np.integer], item_index: NDArray[np.integer]
    ) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class RankingReport:
    """Metrics averaged over members with a relevant title. liked: scored 8 or better; watched: any target.

    Novelty is averaged over all `members`.
    """

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


@dataclass(frozen=True)
class MemberFigures:
    """Metrics per held-out member.

    values: {name in RankingReport: (n_members,)}, NaN where a member has no relevant title. exposure: (n_items,) the
    number of top-10 lists that contain each title.
    """

    values: dict[str, NDArray[np.float64]]
    exposure: NDArray[np.int64]

    def report(self) -> RankingReport:
        means = {name: float(np.nanmean(values)) for name, values in self.values.items()}
        members = len(next(iter(self.values.values())))
        coverage = float((self.exposure > 0).mean())
        return RankingReport(**means, coverage_10=coverage, gini_10=ranking.gini(self.exposure), members=members)


def evaluate_ranking(model: Ranks, held_out: HeldOut, popularity: NDArray[np.floating]) -> RankingReport:
    """Rank every title for every held-out member, excluding their own inputs.

    popularity: (n_items,) share of training members who watched each title, for novelty.
    """
    return evaluate_members(model, held_out, popularity).report()


def evaluate_members(model: Ranks, held_out: HeldOut, popularity: NDArray[np.floating]) -> MemberFigures:
    """Return the metrics of `evaluate_ranking` per member."""
    batches = in_batches(_figures, [model, popularity], held_out.inputs, held_out.targets)
    columns = [np.concatenate(column) for column in zip(*(figures for figures, _ in batches), strict=True)]
    exposure = np.sum([shown for _, shown in batches], axis=0)
    return MemberFigures(dict(zip(MEMBER_FIGURES, columns, strict=True)), exposure)


def _figures(
    model: Ranks, popularity: NDArray[np.floating], inputs: Histories, targets: Histories
) -> tuple[list[NDArray[np.float64]], NDArray[np.int64]]:
    """Return a batch's (n,) columns in the order of MEMBER_FIGURES, and its (n_items,) exposure."""
    top = _top_unseen(model, inputs)
    exposure = np.bincount(top[:, :10].ravel(), minlength=inputs.shape[1])
    columns = [*_accuracy(top, targets.liked()), *_accuracy(top, targets.watched())]
    return [*columns, ranking.novelty(top[:, :10], popularity)], exposure


def evaluate_new_titles(model: Ranks, new: NewTitles) -> dict[str, float]:
    """Return how well a model fitted on `new.train` ranks the hidden titles among themselves (cold start).

    Averaged over members who like any of them; AUC needs one they don't like, too.
    """
    batches = in_batches(_of_new_titles, [model, new.hidden], new.held_out.inputs, new.held_out.targets)
    ndcg, auc = (np.concatenate(column) for column in zip(*batches, strict=True))
    return {"ndcg_10_liked": float(np.nanmean(ndcg)), "auc": float(np.nanmean(auc))}


def _of_new_titles(
    model: Ranks, hidden: NDArray[Any], inputs: Histories, targets: Histories
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a batch's (n,) NDCG@10 liked and AUC."""
    scores = model.score(inputs)[:, hidden]
    liked = targets.liked()[:, hidden].toarray() > 0
    top = ranking.top_k(scores, 10)
    return ranking.ndcg(np.take_along_axis(liked, top, 1), liked.sum(1)), ranking.auc(scores, liked)


def evaluate_agreement(one: Ranks, other: Ranks, inputs: Histories) -> dict[str, float]:
    """Return how alike two models rank the unlisted titles, averaged over members.

    overlap_20: shared titles of the two first twenty, 0–1. correlation: Spearman's, of the titles that both rank among
    their first hundred; 1 for the same order.
    """
    overlap, correlation = np.concatenate(in_batches(_agreement, [one, other], inputs)).T
    return {
        "overlap_20": float(overlap.mean()),
        "correlation": float(np.nanmean(correlation)),
        "members": float(len(inputs)),
    }


def _agreement(one: Ranks, other: Ranks, inputs: Histories) -> NDArray[np.float64]:
    """Return a batch's (n, 2) overlaps and correlations."""
    tops = (_top_unseen(model, inputs, AGREEMENT_DEPTH) for model in (one, other))
    return np.array(
        [
            (len(np.intersect1d(first[:DEPTH], second[:DEPTH])) / len(first[:DEPTH]), _rank_correlation(first, second))
            for first, second in zip(*tops, strict=True)
        ]
    )


def _rank_correlation(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Return Spearman's correlation of the places of the titles that are in both orders; NaN for fewer than three."""
    _, place, other = np.intersect1d(first, second, return_indices=True)
    if len(place) < 3:
        return float("nan")
    return float(np.corrcoef(np.argsort(np.argsort(place)), np.argsort(np.argsort(other)))[0, 1])


def _top_unseen(model: Ranks, inputs: Histories, k: int = DEPTH) -> NDArray[np.int64]:
    scores = np.array(model.score(inputs), dtype=np.float32)
    scores[inputs.matrix.nonzero()] = -np.inf
    return ranking.top_k(scores, k)


def _accuracy(top: NDArray[np.int64], relevant: csr_matrix) -> tuple[NDArray[np.float64], ...]:
    is_relevant = relevant.toarray() > 0
    hits = np.take_along_axis(is_relevant, top, 1)
    n_relevant = is_relevant.sum(1)
    return (
        ranking.ndcg(hits[:, :10], n_relevant),
        ranking.precision(hits[:, :10], n_relevant),
        ranking.recall(hits, n_relevant),
    )


def evaluate_ratings(model: RatingPredictor, held_out: Interactions) -> dict[str, float]:
    """Return RMSE and MAE in points on scored rows held out of training, and precision at 7.

    precision_10_rated: the share of each member's ten highest predictions of 7 or better that were scored 7 or better,
    averaged over all members (0 without any); precision_10_rated_of_any: over members with at least one. Of a model
    with intervals: covered_80, the share of scores within, and width_80, their mean width in points.
    """
    predicted = model.predict(held_out.user_index, held_out.item_index)
    precision = rating.precision_of_recommended(held_out.user_index, predicted, held_out.score)
    return {
        "rmse": rating.rmse(predicted, held_out.score),
        "mae": rating.mae(predicted, held_out.score),
        "precision_10_rated": float(np.nan_to_num(precision).mean()),
        "precision_10_rated_of_any": float(np.nanmean(precision)),
        **_intervals(model, held_out),
    }


def _intervals(model: RatingPredictor, held_out: Interactions) -> dict[str, float]:
    if not isinstance(model, HasIntervals):
        return {}
    low, high = model.predict_interval(held_out.user_index, held_out.item_index).T
    if np.isnan(low).any():
        return {}
    covered = (low <= held_out.score) & (held_out.score <= high)
    return {"covered_80": float(covered.mean()), "width_80": float((high - low).mean())}
