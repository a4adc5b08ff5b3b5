"""Why a title is on the list, in numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.interactions import LIKED
from recommendations.engine.models.linear import RatingAwareEase

REASONS = 2


@dataclass(frozen=True)
class Contributions:
    """One member's score for every title, and what each listed title adds to it.

    items, scores: (n_listed,) the member's list. The parallel arrays listed, titles, added say: the list's `listed`-th
    title adds `added` to the score of title `titles`; summed by title they give what `RatingAwareEase.score` gives.
    """

    items: NDArray[np.integer]
    scores: NDArray[np.floating]
    n_items: int
    listed: NDArray[np.int32]
    titles: NDArray[np.int32]
    added: NDArray[np.float32]

    def totals(self) -> NDArray[np.float64]:
        """(n_items,) scores."""
        return np.bincount(self.titles, weights=self.added, minlength=self.n_items).astype(np.float64)

    def reasons(self, shown: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(n_shown,) titles → the REASONS liked titles that add most to each: (n_shown, REASONS) item indices and shares.

        A share is the part, 0–1, of everything that speaks for the title. Only liked titles are cited; -1 and 0 fill the
        places for which none adds anything.
        """
        positive = np.maximum(self._among(shown), 0)
        total = positive.sum(0)
        cited = np.flatnonzero(self.scores >= LIKED)
        items = np.full((len(shown), REASONS), -1, dtype=np.int64)
        shares = np.zeros((len(shown), REASONS), dtype=np.float32)
        k = min(REASONS, len(cited))
        if not k or not len(shown):
            return items, shares
        positive = positive[cited]
        best = np.argpartition(-positive, k - 1, axis=0)[:k]
        best = np.take_along_axis(best, np.argsort(-np.take_along_axis(positive, best, 0), axis=0, kind="stable"), 0)
        added = np.take_along_axis(positive, best, 0)
        items[:, :k] = np.where(added > 0, self.items[cited[best]], -1).T
        shares[:, :k] = (added / np.where(total > 0, total, 1)).T
        return items, shares

    def _among(self, shown: NDArray[np.integer]) -> NDArray[np.float64]:
        """(n_listed, n_shown) what each listed title adds to each shown one."""
        place = np.full(self.n_items, -1, dtype=np.int32)
        place[shown] = np.arange(len(shown), dtype=np.int32)
        at = place[self.titles]
        keep = np.flatnonzero(at >= 0)
        cells = self.listed[keep] * np.int32(len(shown)) + at[keep]
        size = len(self.items) * len(shown)
        added: NDArray = np.bincount(cells, weights=self.added[keep], minlength=size)
        return added.reshape(len(self.items), len(shown))


def contributions(
    model: RatingAwareEase,
    weights: dict[str, sp.csr_matrix],
    items: NDArray[np.integer],
    scores: NDArray[np.floating],
) -> Contributions:
    """What the listed titles (n_listed,) with their scores (0: none) add to every title's score.

    weights: `model.weights(channel)` by channel, handed in because building them is dear and members are many.
    """
    everything, liked = np.arange(len(items)), np.flatnonzero(scores >= LIKED)
    listed, titles, added = [], [], []
    for channel, members, strength in (("watched", everything, 1.0), ("liked", liked, model.liked_weight)):
        rows = weights[channel][items[members]]
        listed.append(np.repeat(members.astype(np.int32), np.diff(rows.indptr)))
        titles.append(rows.indices)
        added.append(rows.data * np.float32(strength * max(len(members), 1) ** -model.damping))
    n_items = weights["watched"].shape[1]
    return Contributions(items, scores, n_items, np.concatenate(listed), np.concatenate(titles), np.concatenate(added))
