"""Why a title is on the list, in numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
        items = np.full((len(shown), REASONS), -1, dtype=np.int64)
        shares = np.zeros((len(shown), REASONS), dtype=np.float32)
        cited = np.flatnonzero(self.scores >= LIKED)
        if not len(cited) or not len(shown):
            return items, shares
        positive = np.maximum(self._among(shown), 0)
        total = positive.sum(0)
        left, column = positive[cited], np.arange(len(shown))
        for place in range(REASONS):
            best = left.argmax(0)
            added = left[best, column]
            items[:, place] = np.where(added > 0, self.items[cited[best]], -1)
            shares[:, place] = added / np.where(total > 0, total, 1)
            left[best, column] = 0
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


def contributions(model: RatingAwareEase, items: NDArray[np.integer], scores: NDArray[np.floating]) -> Contributions:
    """What the listed titles (n_listed,) with their scores (0: none) add to every title's score."""
    learnt, n_items = model.arrays, len(model.arrays["known"])
    everything, liked = np.arange(len(items)), np.flatnonzero(scores >= LIKED)
    listed = np.concatenate([everything, liked])
    strengths = np.concatenate(
        [
            np.full(len(items), max(len(items), 1) ** -model.damping),
            np.full(len(liked), model.liked_weight * max(len(liked), 1) ** -model.damping),
        ]
    )
    rows = np.concatenate([items, items[liked] + n_items])
    starts, lengths = learnt["indptr"][rows], learnt["indptr"][rows + 1] - learnt["indptr"][rows]
    ends = np.cumsum(lengths)
    stored = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)
    return Contributions(
        items=items,
        scores=scores,
        n_items=n_items,
        listed=np.repeat(listed, lengths).astype(np.int32),
        titles=learnt["titles"][stored],
        added=learnt["weights"][stored] * np.repeat(strengths, lengths).astype(np.float32),
    )
