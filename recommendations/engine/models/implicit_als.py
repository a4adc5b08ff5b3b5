"""Weighted matrix factorisation of implicit feedback, by the implicit library; scoring needs numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy import linalg

from recommendations.engine.base import Scorer
from recommendations.engine.data.interactions import LIKED, Histories, Interactions


@dataclass
class ImplicitAls(Scorer):
    """score = x · y: a member's factors and a title's, by alternating least squares with a confidence for each cell.

    Minimises Σ c (p − x·y)² + λ(Σ|x|² + Σ|y|²) over all cells: p is 1 and c is `watched` where a title was watched,
    plus `liked` where it was scored LIKED or better; elsewhere p is 0 and c is 1. Members outside the training set get
    the x that minimises the same loss for them ("fold-in").

    Measured on validation members: NDCG@10 liked 0.417; 0.379 with c = 2 for all watched titles and λ = 5.

    Source: Hu, Koren & Volinsky 2008 (ICDM) eq. 3 and 4, by implicit's AlternatingLeastSquares (conjugate gradients,
    Takács et al. 2011). The same seed gives the same factors, with any number of threads.
    """

    name: ClassVar[str] = "ials"
    n_factors: int = 128
    regularization: float = 46.0
    watched: float = 1.15
    liked: float = 3.9
    iterations: int = 17
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        parameters = {"factors": self.n_factors, "regularization": self.regularization, "iterations": self.iterations}
        with threadpool_limits(1, "blas"):  # implicit runs its own threads
            als = AlternatingLeastSquares(**parameters, random_state=self.seed)
            als.fit(self._confidences(train.histories()), show_progress=False)
        is_known = train.item_counts() > 0
        self._arrays = {
            "item_factors": np.where(is_known[:, None], als.item_factors, 0).astype(np.float32),
            "known": is_known,
        }
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        scores = self.fold_in(histories) @ self.arrays["item_factors"].T
        scores[:, ~self.arrays["known"]] = np.nan
        return scores

    def fold_in(self, histories: Histories) -> NDArray[np.float32]:
        """Return (n_members, n_factors) factors: x = (YᵀY + Yᵀ(C − I)Y + λI)⁻¹ YᵀC p for each."""
        factors = self.arrays["item_factors"]
        unwatched = factors.T @ factors
        unwatched[np.diag_indices_from(unwatched)] += self.regularization
        confidences = self._confidences(histories)
        members = np.zeros((len(histories), factors.shape[1]), dtype=np.float32)
        for member, (start, end) in enumerate(zip(confidences.indptr, confidences.indptr[1:], strict=False)):
            own, confidence = factors[confidences.indices[start:end]], confidences.data[start:end]
            normal = unwatched + (own.T * (confidence - 1)) @ own
            members[member] = linalg.solve(normal, confidence @ own, assume_a="pos", check_finite=False)
        return members

    def _confidences(self, histories: Histories) -> sp.csr_matrix:
        """Return (n_members, n_items) confidences c of the watched titles."""
        lists = histories.matrix
        data = self.watched + self.liked * (lists.data >= LIKED + 1)
        return sp.csr_matrix((data.astype(np.float32), lists.indices, lists.indptr), shape=lists.shape)
