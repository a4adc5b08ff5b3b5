"""How good the first k of a ranking are, and how the whole of them treats the catalogue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top_k(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """(n_members, n_items) → (n_members, k) indices, best first. NaN ranks last; equal scores by index order."""
    scores = np.where(np.isnan(scores), -np.inf, scores)
    k = min(k, scores.shape[1])
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1, kind="stable")
    return np.take_along_axis(best, order, 1)


def ndcg(hits: NDArray[np.bool_], n_relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """(n, k) hits in rank order and (n,) numbers of relevant titles → (n,) NDCG@k; NaN where nothing is relevant.

    Source: Järvelin & Kekäläinen 2002, binary gains; the ideal holds min(k, n_relevant) titles.
    """
    k = hits.shape[1]
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[np.nan], np.cumsum(discount)])[np.minimum(n_relevant, k)]
    return (hits * discount).sum(1) / ideal


def precision(hits: NDArray[np.bool_], n_relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """(n,) share of the k shown that are relevant; NaN where nothing is relevant."""
    return np.where(n_relevant > 0, hits.mean(1), np.nan)


def recall(hits: NDArray[np.bool_], n_relevant: NDArray[np.integer]) -> NDArray[np.float64]:
    """(n,) share found of the min(k, n_relevant) that could be; NaN where nothing is relevant."""
    possible = np.minimum(n_relevant, hits.shape[1]).astype(float)
    return hits.sum(1) / np.where(possible > 0, possible, np.nan)


def auc(scores: NDArray[np.floating], relevant: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, n_items) twice → (n,) chance that a relevant title is above another one; NaN where all or none are relevant.

    Equal scores count by index order, as in `top_k`.
    """
    n_items = scores.shape[1]
    best_first = np.argsort(-scores, axis=1, kind="stable")
    hits = np.take_along_axis(relevant, best_first, 1)
    n_relevant = hits.sum(1)
    pairs = (n_relevant * (n_items - n_relevant)).astype(float)
    others_above = np.where(hits, np.cumsum(~hits, axis=1), 0).sum(1)
    return 1 - others_above / np.where(pairs > 0, pairs, np.nan)


def novelty(top: NDArray[np.integer], popularity: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n,) mean self-information in bits of the titles shown; popularity: share of members who watched each."""
    return -np.log2(np.maximum(popularity[top], 1e-9)).mean(1)


def gini(shown: NDArray[np.integer]) -> float:
    """Concentration of exposure over titles: 0 = all shown equally often, → 1 = always the same ones."""
    shown = np.sort(shown)
    if not shown.sum():
        return float("nan")
    n = len(shown)
    return float((2 * np.arange(1, n + 1) - n - 1) @ shown / (n * shown.sum()))
