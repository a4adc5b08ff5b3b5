"""Item-based rating prediction from residuals: scores of similar titles, beyond the biases of member and titles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, ListReadingPredictor
from recommendations.engine.data.interactions import Interactions

COLUMNS_AT_ONCE = 512


class Residuals(NamedTuple):
    """One member's bias, and the residuals `values` of the (n,) scored titles `items`."""

    bias: float
    items: NDArray[np.integer]
    values: NDArray[np.float32]


@dataclass
class ResidualNeighbours(ListReadingPredictor):
    """rating = mean + b_user + b_item + Σ s · residual / (Σ s + `shrink`), over the `k` most similar titles, if scored.

    Biases are damped means; a residual is the score minus mean and biases. s is the positive correlation of two titles'
    residuals, times n / (n + `trust`) for the n members who scored both.
    Source: Koren 2010 (Factor in the Neighbors, ACM TKDD 4:1), section 2.2.
    """

    name: ClassVar[str] = "neighbours"
    k: int = 60
    shrink: float = 0.5
    trust: float = 50.0
    user_prior: float = 4.0
    item_prior: float = 8.0

    def fit(self, train: Interactions) -> Self:
        scored = train.histories().scores()
        mean = scored.data.mean(dtype=np.float64) if scored.nnz else 0.0
        item_bias = self._item_bias(scored, mean, np.zeros(len(train.users)))
        item_bias = self._item_bias(scored, mean, self._user_bias(scored, mean, item_bias))
        residual = (
            scored.data
            - mean
            - self._by_row(scored, self._user_bias(scored, mean, item_bias))
            - item_bias[scored.indices]
        )
        residuals = sp.csr_matrix((residual.astype(np.float32), scored.indices, scored.indptr), shape=scored.shape)
        self._arrays = {
            "mean": np.array([mean], dtype=np.float32),
            "item_bias": item_bias.astype(np.float32),
            **self._nearest(residuals),
            **self._list_arrays(train),
        }
        return self

    def predict_one(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], targets: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        residuals = self.residuals(items, scores)
        usual = self.arrays["mean"] + residuals.bias + self.arrays["item_bias"][targets]
        return np.clip(usual + self.from_neighbours(residuals, targets), 1, 10)

    def residuals(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], weights: NDArray[np.floating] | None = None
    ) -> Residuals:
        """Return the bias and residuals of one member's list (n,), scores 0 for none.

        weights: (n,) of the titles in the bias, all 1 if None.
        """
        a = self.arrays
        has_score = scores > 0
        residual = scores[has_score] - a["mean"] - a["item_bias"][items[has_score]]
        by_age = np.ones(len(residual)) if weights is None else weights[has_score]
        bias = float(by_age @ residual / (by_age.sum() + self.user_prior))
        return Residuals(bias, items[has_score], (residual - bias).astype(np.float32))

    def from_neighbours(self, residuals: Residuals, targets: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n_targets,) corrections by the scores of similar titles, in points; 0 without any."""
        a = self.arrays
        values, is_scored = np.zeros((2, len(a["item_bias"])), dtype=np.float32)
        values[residuals.items], is_scored[residuals.items] = residuals.values, 1
        nearest, similarity = a["nearest"][targets], a["similarity"][targets].astype(np.float32)
        weighted = np.einsum("ik,ik->i", similarity, values.take(nearest))
        return weighted / (np.einsum("ik,ik->i", similarity, is_scored.take(nearest)) + np.float32(self.shrink))

    def _user_bias(self, scored: sp.csr_matrix, mean: float, item_bias: NDArray[np.float64]) -> NDArray[np.float64]:
        residual = scored.data - mean - item_bias[scored.indices]
        counts = np.diff(scored.indptr)
        members = np.repeat(np.arange(len(counts)), counts)
        return np.bincount(members, weights=residual, minlength=len(counts)) / (counts + self.user_prior)

    def _item_bias(self, scored: sp.csr_matrix, mean: float, user_bias: NDArray[np.float64]) -> NDArray[np.float64]:
        residual = scored.data - mean - self._by_row(scored, user_bias)
        n_items = scored.shape[1]
        counts = np.bincount(scored.indices, minlength=n_items)
        return np.bincount(scored.indices, weights=residual, minlength=n_items) / (counts + self.item_prior)

    @staticmethod
    def _by_row(matrix: sp.csr_matrix, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.repeat(values, np.diff(matrix.indptr))

    def _nearest(self, residuals: sp.csr_matrix) -> Arrays:
        """Return the arrays nearest and similarity, (n_items, k); similarity 0 where fewer are similar."""
        n_items = residuals.shape[1]
        k = min(self.k, n_items)
        nearest = np.zeros((n_items, k), dtype=np.min_scalar_type(n_items))
        similarity = np.zeros((n_items, k), dtype=np.float16)
        transposed, columns = residuals.T.tocsr(), residuals.tocsc()
        norm = np.sqrt(np.asarray(residuals.multiply(residuals).sum(0), dtype=np.float32).ravel())
        norm[norm == 0] = 1
        ones = _ones(transposed), _ones(columns)
        for start in range(0, n_items, COLUMNS_AT_ONCE):
            block = slice(start, min(start + COLUMNS_AT_ONCE, n_items))
            both = (ones[0] @ ones[1][:, block]).toarray()
            alike = (transposed @ columns[:, block]).toarray() / norm[:, None] / norm[block]
            alike = np.maximum(alike * (both / (both + self.trust)), 0)
            alike[np.arange(block.start, block.stop), np.arange(block.stop - start)] = 0
            best = np.argpartition(-alike, k - 1, axis=0)[:k]
            nearest[block], similarity[block] = best.T, np.take_along_axis(alike, best, 0).T
        return {"nearest": nearest, "similarity": similarity}


def _ones(matrix: sp.spmatrix) -> sp.spmatrix:
    ones = matrix.copy()
    ones.data = np.ones_like(ones.data)
    return ones
