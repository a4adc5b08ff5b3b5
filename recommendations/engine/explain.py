"""Explains a title's score by the contributions of listed titles, which sum to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.interactions import LIKED
from recommendations.engine.matrices.slices import slices
from recommendations.engine.models.linear import RatingAwareEase

REASONS = 2
LEAST_SHARE = 0.02  # of a title's support: less explains nothing


@dataclass(frozen=True)
class Contributions:
    """One member's score for every title, split into contributions of the listed titles.

    items, scores: (n_listed,) the member's list. Parallel arrays: the list's title number `positions` contributes
    `amounts` to the score of title `titles`; summed by title they give `RatingAwareEase.score`. The first n_watched
    are for having watched the listed title, the others for having liked it.
    """

    items: NDArray[np.integer]
    scores: NDArray[np.floating]
    n_items: int
    positions: NDArray[np.int32]
    titles: NDArray[np.unsignedinteger]
    amounts: NDArray[np.float32]
    n_watched: int

    def totals(self) -> NDArray[np.float64]:
        """Return (n_items,) scores."""
        return np.bincount(self.titles, self.amounts, self.n_items).astype(np.float64, copy=False)

    def totals_by(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n_weights, n_items) scores by (n_weights, n_listed) weights of the listed titles."""
        starts = np.flatnonzero(np.diff(self.positions, prepend=-1))  # of each listed title's contributions
        indptr = np.append(starts, len(self.positions)).astype(np.int32)
        rows = sp.csr_matrix((self.amounts, self.titles.astype(np.int32), indptr), shape=(len(starts), self.n_items))
        totals: NDArray[np.float32] = rows.T @ np.ascontiguousarray(weights[:, self.positions[starts]].T)
        return np.ascontiguousarray(totals.T)

    def totals_by_fact(self) -> NDArray[np.float64]:
        """Return (2, n_items) contributions of having watched and of having liked the listed titles."""
        facts = slice(None, self.n_watched), slice(self.n_watched, None)
        return np.stack([np.bincount(self.titles[f], self.amounts[f], self.n_items) for f in facts])

    def among(self, targets: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return (n_listed, n_targets) contributions of each listed title to each target."""
        column = np.full(self.n_items, -1, dtype=np.int32)
        column[targets] = np.arange(len(targets), dtype=np.int32)
        columns = column.take(self.titles)
        relevant = np.flatnonzero(columns >= 0)
        cells = self.positions.take(relevant) * np.int32(len(targets)) + columns.take(relevant)
        size = len(self.items) * len(targets)
        amounts: NDArray = np.bincount(cells, weights=self.amounts.take(relevant), minlength=size)
        return amounts.reshape(len(self.items), len(targets))


def reasons(
    items: NDArray[np.integer],
    scores: NDArray[np.floating],
    amounts: NDArray[np.floating],
    franchise: NDArray[np.integer],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return, for each target, the REASONS liked titles of a list that contribute most, and their shares.

    items, scores: (n_listed,) the list. amounts: (n_listed, n_targets) contributions. franchise: (n_items,) group
    numbers. Returns item indices and shares, both (n_targets, REASONS). A share, 0–1, is of all positive contributions
    to the target, including those of titles that aren't cited. Cited are titles scored LIKED or better and not below
    the list's mean, one per franchise, with a share of at least LEAST_SHARE. -1 and 0 fill the remaining places.
    """
    n_targets = amounts.shape[1]
    cited_items = np.full((n_targets, REASONS), -1, dtype=np.int64)
    shares = np.zeros((n_targets, REASONS), dtype=np.float32)
    cited = np.flatnonzero(scores >= max(LIKED, mean_score(scores)))
    if not len(cited) or not n_targets:
        return cited_items, shares
    positive = np.maximum(amounts, 0)
    total = positive.sum(0)
    remaining, column, series = positive[cited], np.arange(n_targets), franchise[items[cited]]
    for place in range(REASONS):
        best = remaining.argmax(0)
        share = remaining[best, column] / np.where(total > 0, total, 1)
        is_worth_telling = share >= LEAST_SHARE
        cited_items[:, place] = np.where(is_worth_telling, items[cited[best]], -1)
        shares[:, place] = np.where(is_worth_telling, share, 0)
        remaining[series[:, None] == series[best]] = 0
    return cited_items, shares


def mean_score(scores: NDArray[np.floating]) -> float:
    """Return the mean of (n,) scores without zeros, which mean no score; 0 without any."""
    scored = scores[scores > 0]
    return float(scored.mean()) if len(scored) else 0.0


def contributions(
    model: RatingAwareEase,
    items: NDArray[np.integer],
    scores: NDArray[np.floating],
    weights: NDArray[np.floating] | None = None,
) -> Contributions:
    """Return the contributions of (n_listed,) titles with their scores (0: none) to every title's score.

    weights: (n_listed,) of the titles, all 1 if None.
    """
    a = model.arrays
    n_items = len(a["known"])
    liked = np.flatnonzero(scores >= LIKED)
    positions = np.concatenate([np.arange(len(items)), liked]).astype(np.int32)
    strengths = np.repeat(
        [max(n, 1) ** -model.damping for n in (len(items), len(liked))], (len(items), len(liked))
    ).astype(np.float32)
    if weights is not None:
        strengths *= weights[positions]
    facts = np.concatenate([items, items[liked] + n_items])  # rows of the weights
    starts, ends = a["indptr"][facts], a["indptr"][facts + 1]
    lengths = ends - starts
    return Contributions(
        items=items,
        scores=scores,
        n_items=n_items,
        positions=np.repeat(positions, lengths),
        titles=slices(a["titles"], starts, ends),
        amounts=slices(a["weights"], starts, ends) * np.repeat(strengths, lengths),
        n_watched=int(lengths[: len(items)].sum()),
    )
