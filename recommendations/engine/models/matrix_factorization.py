"""Surprise's SVD: predicts the score a member would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.base import RatingPredictor
from recommendations.engine.data.interactions import Histories, Interactions

ROWS_AT_ONCE = 1 << 16


@dataclass
class Svd(RatingPredictor):
    """rating = mean + b_user + b_item + p_user · q_item, by stochastic gradient descent.

    Source: Funk 2006; Surprise 1.1.5 `SVD`. Members outside the training set are folded in: their bias and factors are
    the ridge solution against the fixed item side, with SGD's regularisation, which applies once per score.
    """

    name: ClassVar[str] = "svd"
    n_factors: int = 100
    n_epochs: int = 40
    learning_rate: float = 0.005
    regularization: float = 0.08
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        from surprise import SVD

        scored = train.score > 0
        trainset = _trainset(train.where(scored))
        svd = SVD(
            n_factors=self.n_factors,
            n_epochs=self.n_epochs,
            lr_all=self.learning_rate,
            reg_all=self.regularization,
            random_state=self.seed,
        ).fit(trainset)
        never_scored = np.bincount(train.item_index[scored], minlength=len(train.items)) == 0
        svd.qi[never_scored] = 0
        svd.bi[never_scored] = 0
        parameters = {"user_bias": svd.bu, "item_bias": svd.bi, "user_factors": svd.pu, "item_factors": svd.qi}
        self._arrays = {name: array.astype(np.float32) for name, array in parameters.items()}
        self._arrays["mean"] = np.array([trainset.global_mean], dtype=np.float32)
        return self

    def predict(self, user_index: NDArray[np.integer], item_index: NDArray[np.integer]) -> NDArray[np.float32]:
        a = self.arrays
        taste = np.einsum("nf,nf->n", a["user_factors"][user_index], a["item_factors"][item_index])
        return np.clip(a["mean"] + a["user_bias"][user_index] + a["item_bias"][item_index] + taste, 1, 10)

    def predict_for(self, histories: Histories, item_index: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
        a = self.arrays
        items = slice(None) if item_index is None else item_index
        tastes = np.stack([self.fold_in(*histories.row(member)) for member in range(len(histories))])
        taste = tastes[:, :1] + tastes[:, 1:] @ a["item_factors"][items].T
        return np.clip(a["mean"] + a["item_bias"][items] + taste, 1, 10).astype(np.float32)

    def fold_in(
        self,
        item_index: NDArray[np.integer],
        scores: NDArray[np.floating],
        weights: NDArray[np.floating] | None = None,
    ) -> NDArray[np.float32]:
        """Return one member's (1 + n_factors,) bias and factors; zeros without scores.

        item_index, scores: (n,) the member's list, 0 for no score. weights: (n,) of the titles, all 1 if None.
        """
        a = self.arrays
        scored = scores > 0
        items = item_index[scored]
        residual = scores[scored] - a["mean"] - a["item_bias"][items]
        features = np.ones((len(items), 1 + a["item_factors"].shape[1]), dtype=np.float32)
        features[:, 1:] = a["item_factors"][items]
        weighted = features if weights is None else features * weights[scored][:, None]
        ridge = weighted.T @ features
        ridge[np.diag_indices_from(ridge)] += max(self.regularization * len(items), 1e-3)
        return np.linalg.solve(ridge, (weighted.T @ residual).astype(np.float32))

    def expected(self, taste: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n_items,) scores, 1–10, for a member's bias and factors from `fold_in`."""
        a = self.arrays
        return np.clip(a["mean"] + a["item_bias"] + taste[0] + a["item_factors"] @ taste[1:], 1, 10)

    def without_members(self) -> dict[str, NDArray[Any]]:
        """Return the arrays needed for serving: everything but the training members' biases and factors.

        Those of titles are half floats, which are half of what a web process would have in memory.
        """
        kept = {name: array for name, array in self.arrays.items() if not name.startswith("user_")}
        return kept | {"item_factors": kept["item_factors"].astype(np.float16)}


def _trainset(train: Interactions) -> Any:
    """Return a Surprise Trainset that reads the arrays in order, ROWS_AT_ONCE rows at a time as Python numbers."""
    from surprise import Trainset

    class ArrayTrainset(Trainset):
        def all_ratings(self) -> Iterator[tuple[int, int, float]]:
            columns = (train.user_index, train.item_index, train.score)
            return chain.from_iterable(
                zip(*(column[start : start + ROWS_AT_ONCE].tolist() for column in columns), strict=True)
                for start in range(0, len(train), ROWS_AT_ONCE)
            )

    trainset = ArrayTrainset(
        ur={}, ir={}, n_users=len(train.users), n_items=len(train.items), n_ratings=len(train),
        rating_scale=(1, 10), raw2inner_id_users={}, raw2inner_id_items={},
    )  # fmt: skip
    trainset._global_mean = float(train.score.mean(dtype=np.float64)) if len(train) else 0.0
    return trainset
