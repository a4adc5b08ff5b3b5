"""Ranking metrics of the top k, and of exposure across the catalogue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top_k(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Return the (n_members, min(k, n_items)) indices of the highest of (n_members, n_items) scores, best first.

    NaN ranks last; the order of equal scores is arbitrary, but always the same.
    """
    scores = np.where(np.isnan(scores), -np.inf, scores)
    k = min(k, scores.shape[1])
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1, kind="stable")
    return np.take_along_axis(best, order, 1)


def ndcg(hits: NDArray[np.bool_], n_relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return (n,) NDCG@k for (n, k) hits in rank order and (n,) numbers of relevant titles; NaN if none is relevant.

    Source: Järvelin & Kekäläinen 2002, binary gains; the ideal ranking has min(k, n_relevant) hits.
    """
    k = hits.shape[1]
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[np.nan], np.cumsum(discount)])[np.minimum(n_relevant, k)]
    return (hits * discount).sum(1) / ideal


def precision(hits: NDArray[np.bool_], n_relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the (n,) share of the top k that is relevant; NaN if no title is relevant."""
    return np.where(n_relevant > 0, hits.mean(1), np.nan)


def recall(hits: NDArray[np.bool_], n_relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return (n,) hits as a share of the min(k, n_relevant) possible ones; NaN if no title is relevant."""
    possible = np.minimum(n_relevant, hits.shape[1]).astype(float)
    return hits.sum(1) / np.where(possible > 0, possible, np.nan)


def auc(scores: NDArray[np.floating], relevant: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the (n,) probability that a relevant title ranks above another one; NaN if all or none are relevant.

    scores, relevant: (n, n_items). Equal scores rank by index.
    """
    n_items = scores.shape[1]
    best_first = np.argsort(-scores, axis=1, kind="stable")
    hits = np.take_along_axis(relevant, best_first, 1)
    n_relevant = hits.sum(1)
    pairs = (n_relevant * (n_items - n_relevant)).astype(float)
    others_above = np.where(hits, np.cumsum(~hits, axis=1), 0).sum(1)
    return 1 - others_above / np.where(pairs > 0, pairs, np.nan)


def novelty(top: NDArray[np.integer], popularity: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the (n,) mean self-information, in bits, of the top titles.

    popularity: (n_items,) share of members who watched each title.
    """
    return -np.log2(np.maximum(popularity[top], 1e-9)).mean(1)


def gini(exposure: NDArray[np.integer]) -> float:
    """Return the Gini coefficient of exposure over titles: 0 = all equally often, → 1 = always the same ones.

    NaN without any exposure.
    """
    exposure = np.sort(exposure)
    if not exposure.sum():
        return float("nan")
    n = len(exposure)
    return float((2 * np.arange(1, n + 1) - n - 1) @ exposure / (n * exposure.sum()))
