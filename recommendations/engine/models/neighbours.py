"""The titles most alike, by the implicit library: a known recommender to be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Scorer
from recommendations.engine.data.interactions import Histories, Interactions


@dataclass
class CosineNeighbours(Scorer):
    """score = sum of the cosines between a title and those on the list; each listed title scores only its `k` nearest.

    Source: Sarwar et al. 2001 (item-based collaborative filtering), by implicit's CosineRecommender.
    """

    name: ClassVar[str] = "knn"
    k: int = 100

    def fit(self, train: Interactions) -> Self:
        from implicit.nearest_neighbours import CosineRecommender

        nearest = CosineRecommender(K=self.k)
        nearest.fit(train.histories().watched(), show_progress=False)
        similarity = sp.csr_matrix(nearest.similarity)
        self._arrays = {
            "indptr": similarity.indptr,
            "titles": similarity.indices,
            "cosines": similarity.data.astype(np.float32),
            "known": train.item_counts() > 0,
        }
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        a, n_items = self.arrays, len(self.arrays["known"])
        cosines = sp.csr_matrix((a["cosines"], a["titles"], a["indptr"]), shape=(n_items, n_items))
        scores = (histories.watched() @ cosines).toarray()
        scores[:, ~a["known"]] = np.nan
        return scores
