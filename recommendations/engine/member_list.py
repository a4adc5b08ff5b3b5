"""What goes into a recommendation and what comes out, in item indices and title ids."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MemberList:
    """A member's input to recommendations, in item indices.

    items, scores: (n,) watched titles with their scores, 1–10 or 0 for none. on_list: the whole list, planned titles
    included. hidden: titles never to recommend. days: (n,) on which the titles were watched, NaN where unknown; None if
    that says nothing, see `recency.known_days`.
    """

    items: NDArray[np.integer]
    scores: NDArray[np.floating]
    on_list: NDArray[np.integer]
    hidden: NDArray[np.integer]
    shows_adult: bool
    days: NDArray[np.float64] | None = None

    def with_days(self, days: NDArray[np.float64] | None) -> MemberList:
        return replace(self, days=days)

    def without(self, titles: NDArray[np.integer]) -> MemberList:
        """Return the list as if these titles hadn't been watched."""
        rest = ~np.isin(self.items, titles)
        days = None if self.days is None else self.days[rest]
        return replace(self, items=self.items[rest], scores=self.scores[rest], days=days)


@dataclass(frozen=True)
class Ranked:
    """Parallel arrays over the n recommended titles, best first; ids are those of `Recommender.items`.

    scores: unitless. predicted: the member's expected score, 1–10. reason_ids and reason_shares: (n, REASONS), 0 where
    there are no more reasons.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    predicted: NDArray[np.float32]
    reason_ids: NDArray[np.int64]
    reason_shares: NDArray[np.float32]

    def only(self, mask: NDArray[np.bool_]) -> Ranked:
        """Return the titles of an (n,) mask, in the same order."""
        return Ranked(**{name: values[mask] for name, values in vars(self).items()})
