"""Why a title is on the list, in numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.data.interactions import LIKED
from recommendations.engine.models.linear import RatingAwareEase

REASONS = 2


@dataclass(frozen=True)
class Contributions:
    """One member's score for every title, and what each listed title adds to it.

    items, scores: (n_listed,) the member's list. The parallel arrays listed, titles, added say: the list's `listed`-th
    title adds `added` to the score of title `titles`; summed by title they give what `RatingAwareEase.score` gives. The
    first n_watched of them are for having watched the title, the others for having liked it.
    """

    items: NDArray[np.integer]
    scores: NDArray[np.floating]
    n_items: int
    listed: NDArray[np.int32]
    titles: NDArray[np.int32]
    added: NDArray[np.float32]
    n_watched: int

    def totals(self) -> NDArray[np.float64]:
        """(n_items,) scores."""
        return self.totals_by_fact().sum(0)

    def totals_by_fact(self) -> NDArray[np.float64]:
        """(2, n_items): what having watched the listed titles adds, and what having liked them adds."""
        facts = slice(None, self.n_watched), slice(self.n_watched, None)
        return np.stack([np.bincount(self.titles[f], self.added[f], self.n_items) for f in facts])

    def among(self, shown: NDArray[np.integer]) -> NDArray[np.float64]:
        """(n_listed, n_shown) what each listed title adds to each shown one."""
        place = np.full(self.n_items, -1, dtype=np.int32)
        place[shown] = np.arange(len(shown), dtype=np.int32)
        at = place.take(self.titles)
        keep = np.flatnonzero(at >= 0)
        cells = self.listed.take(keep) * np.int32(len(shown)) + at.take(keep)
        size = len(self.items) * len(shown)
        added: NDArray = np.bincount(cells, weights=self.added.take(keep), minlength=size)
        return added.reshape(len(self.items), len(shown))


def reasons(
    items: NDArray[np.integer], scores: NDArray[np.floating], added: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The REASONS liked titles of a list (n_listed,) that add most to each title shown.

    added: (n_listed, n_shown). Returns item indices and shares, both (n_shown, REASONS). A share is the part, 0–1, of
    everything that speaks for the title. Only liked titles are cited; -1 and 0 fill the places for which none adds
    anything.
    """
    n_shown = added.shape[1]
    cited_items = np.full((n_shown, REASONS), -1, dtype=np.int64)
    shares = np.zeros((n_shown, REASONS), dtype=np.float32)
    cited = np.flatnonzero(scores >= LIKED)
    if not len(cited) or not n_shown:
        return cited_items, shares
    positive = np.maximum(added, 0)
    total = positive.sum(0)
    left, column = positive[cited], np.arange(n_shown)
    for place in range(REASONS):
        best = left.argmax(0)
        most = left[best, column]
        cited_items[:, place] = np.where(most > 0, items[cited[best]], -1)
        shares[:, place] = most / np.where(total > 0, total, 1)
        left[best, column] = 0
    return cited_items, shares


def contributions(model: RatingAwareEase, items: NDArray[np.integer], scores: NDArray[np.floating]) -> Contributions:
    """What the listed titles (n_listed,) with their scores (0: none) add to every title's score."""
    weights = model.all_weights
    n_items = weights.shape[1]
    liked = np.flatnonzero(scores >= LIKED)
    listed = np.concatenate([np.arange(len(items)), liked]).astype(np.int32)
    strengths = np.repeat(
        [max(n, 1) ** -model.damping for n in (len(items), len(liked))], (len(items), len(liked))
    ).astype(np.float32)
    read = weights[np.concatenate([items, items[liked] + n_items])]
    lengths = np.diff(read.indptr)
    return Contributions(
        items=items,
        scores=scores,
        n_items=n_items,
        listed=np.repeat(listed, lengths),
        titles=read.indices,
        added=read.data * np.repeat(strengths, lengths),
        n_watched=int(read.indptr[len(items)]),
    )
