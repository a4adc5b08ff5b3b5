"""The content-based model: the only scorer that can judge titles without interactions (cold start)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Scorer
from recommendations.engine.data.interactions import LIKED, Histories, Interactions
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.models.linear import damp

CATALOGUE = "catalogue"  # feature group of ratings and audience elsewhere, not of content
AUDIENCE = "catalogue:members"  # log10
WITHOUT_IDF = ("text",)
TINY = 1e-9


@dataclass
class Content(Scorer):
    """Learns which features go together on people's lists: "members who like studio A's school comedies also like …".

    score = taste · F · W · Gᵀ, where taste is the member's damped row of liked titles plus `watched_weight` times that
    of watched ones; F are the titles' features (idf-weighted, rows of length 1), and G adds their ratings and audience
    elsewhere, each row times that audience ^ `audience_power`. W is the ridge regression of the liked matrix X on the
    tastes T through the features, without each title's own entry: W = (FᵀTᵀTF + λ)⁻¹ Fᵀ(TᵀX − diag)G (GᵀG + μ)⁻¹; GᵀG
    is over watched titles, λ and μ are `l2_lists` and `l2_titles` times the mean of the diagonal. W is truncated to its
    `rank` strongest directions.

    Scores every title with features, even without interactions. Measured on validation members, 374 of 7,216 titles
    hidden from fit and ranked alone: NDCG@10 liked 0.53 (0.28 without the audience, 0.39 by the audience alone, 0.02 at
    random); all titles ranked: 0.30.

    Source: two-sided ridge regression, Rosipal & Krämer 2006, and the zero diagonal of Steck 2019 (arXiv:1905.03375) in
    expectation, as for dropout in Steck 2020 (EDLAE, NeurIPS 33); the audience weight is ours.
    """

    name: ClassVar[str] = "content"
    judges_unrated: ClassVar[bool] = True
    l2_lists: float = 0.1
    l2_titles: float = 0.01
    audience_power: float = 0.5
    watched_weight: float = 0.1
    damping: float = 0.25
    rank: int = 128

    def fit(self, train: Interactions) -> Self:
        """Fit the model. Raises ValueError for a training set without title features."""
        if train.features is None or not train.features.names:
            raise ValueError(f"{self.name} needs title features: the training set has none")
        described = np.diff(train.features.values.indptr) > 0
        f, g = self._sides(train.features)
        inputs, outputs = self._factors(train, f, g)
        self._arrays = {"inputs": inputs, "outputs": outputs, "described": described}
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        inputs, outputs = (self.arrays[name].astype(np.float32) for name in ("inputs", "outputs"))
        scores = (self._taste(histories) @ inputs) @ outputs.T
        scores[:, ~self.arrays["described"]] = np.nan
        return scores

    def contributions(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], targets: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """Return (n_listed, n_targets) contributions of each title on a member's list to each target's score.

        items, scores: (n_listed,) the list, 0 for no score. The sum over the list is the score.
        """
        return self._weighted_inputs(items, scores) @ self.arrays["outputs"][targets].T

    def taste_of(self, items: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return one member's (rank,) taste; its product with a row of the array `outputs` is the title's score."""
        return self._weighted_inputs(items, scores).sum(0)

    def _weighted_inputs(self, items: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the (n_listed, rank) weighted inputs of the listed titles."""
        liked = scores >= LIKED
        strengths = liked * max(liked.sum(), 1) ** -self.damping
        strengths += self.watched_weight * max(len(items), 1) ** -self.damping
        return self.arrays["inputs"][items] * strengths[:, None].astype(np.float32)

    def _taste(self, histories: Histories) -> sp.csr_matrix:
        taste = damp(histories.liked(), self.damping)
        if self.watched_weight:
            taste = taste + self.watched_weight * damp(histories.watched(), self.damping)
        return taste

    def _sides(self, features: TitleFeatures) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return F, (n_items, n_input_features), and G, (n_items, 1 + n_features)."""
        opinion_columns = features.group(CATALOGUE)
        content_columns = np.setdiff1d(np.arange(len(features.names)), opinion_columns)
        f = _idf_weighted(features.values[:, content_columns], [features.names[column] for column in content_columns])
        audience = np.ones(len(features))
        if AUDIENCE in features.names:
            audience = 10 ** features.values[:, [features.names.index(AUDIENCE)]].toarray().ravel().astype(np.float64)
        opinion = features.values[:, opinion_columns].toarray()
        extra = [np.ones(len(features)), opinion / np.maximum(opinion.max(0, initial=0), TINY)]
        g = np.column_stack([f, *extra]) * (audience / audience.mean())[:, None] ** self.audience_power
        return f, g

    def _factors(
        self, train: Interactions, f: NDArray[np.float64], g: NDArray[np.float64]
    ) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
        """Return F·W and G, both (n_items, ≤ rank), in the strongest directions of W's predictions on these lists.

        Half floats are half of what a web process would have in memory, and off by less than 0.05 %.
        """
        from scipy import linalg

        histories = train.histories()
        taste, liked = (
            self._taste(histories).astype(np.float64),
            damp(histories.liked(), self.damping).astype(np.float64),
        )
        own = np.asarray(taste.multiply(liked).sum(0)).ravel()[:, None]
        by_list = taste @ f
        lists = _ridge(by_list.T @ by_list, self.l2_lists)
        watched = g[train.item_counts() > 0]
        titles = _ridge(watched.T @ watched, self.l2_titles)
        covariance = by_list.T @ (liked @ g) - f.T @ (own * g)
        weights = linalg.solve(titles, linalg.solve(lists, covariance, assume_a="pos").T, assume_a="pos").T
        spread = linalg.cholesky(titles)
        _, _, directions = linalg.svd(linalg.cholesky(lists) @ weights @ spread.T, full_matrices=False)
        basis = directions[: self.rank].T
        inputs = f @ (weights @ (spread.T @ basis))
        outputs = g @ linalg.solve_triangular(spread, basis)
        return inputs.astype(np.float16), outputs.astype(np.float16)


def _idf_weighted(values: sp.csr_matrix, names: list[str]) -> NDArray[np.float64]:
    """Return (n, n_features) values times log(n / number of titles with the feature), rows scaled to length 1."""
    n_with = np.maximum(values.getnnz(0), 1)
    idf = np.log(values.shape[0] / n_with)
    idf[[name.startswith(WITHOUT_IDF) for name in names]] = 1
    weighted = values.toarray().astype(np.float64) * idf
    return weighted / np.maximum(np.linalg.norm(weighted, axis=1), TINY)[:, None]


def _ridge(gram: NDArray[np.float64], l2: float) -> NDArray[np.float64]:
    mean = max(float(np.trace(gram)) / len(gram), TINY)
    return gram + l2 * mean * np.eye(len(gram))
