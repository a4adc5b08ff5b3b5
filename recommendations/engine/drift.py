"""Whether what members do has moved away from what the model learnt, and whether that calls for a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.metrics import rating

MOVED = 0.25  # population stability index from which a distribution counts as another one
LEAST_SHARE = 1e-4  # an empty part counts as this much
WORSE = 1.1  # times the RMSE on held-out ratings that online RMSE may be
LEAST_ENTRIES, LEAST_MEMBERS = 300, 30  # in each period; fewer move by chance (Yurdakul 2018: by (parts - 1) · 2 / n)
LEAST_OUTCOMES = 200
LENGTHS = (3, 10, 30, 100, 300)  # where one part of the list lengths ends and the next begins
POPULARITY_PARTS = 10


@dataclass(frozen=True)
class Activity:
    """List entries of a period; parallel arrays (n_entries,).

    user: any number for each member. item: item index, -1 for a title that the model does not know. score: 1–10, 0 for
    none. list_length: entries on that member's list. is_new: whether the member had just joined.
    """

    user: NDArray[np.integer]
    item: NDArray[np.integer]
    score: NDArray[np.integer]
    list_length: NDArray[np.integer]
    is_new: NDArray[np.bool_]

    @property
    def is_enough(self) -> bool:
        """Whether its distributions say more than chance."""
        return len(self.user) >= LEAST_ENTRIES and len(np.unique(self.user)) >= LEAST_MEMBERS


@dataclass(frozen=True)
class OnlineAccuracy:
    """Errors, in points, of scores predicted before n members gave theirs; None where there are no outcomes."""

    rmse: float | None
    mae: float | None
    n: int


def distributions(
    activity: Activity, popularity: NDArray[np.floating], genres: sp.csr_matrix
) -> dict[str, NDArray[np.floating]]:
    """How many entries, or members for the list lengths, fall into each part of each distribution.

    popularity: (n_items,) as the model learnt it, NaN where nobody watched; its tenths are parts. genres: (n_items,
    n_genres) shares.
    """
    known = activity.item[activity.item >= 0]
    _, first = np.unique(activity.user, return_index=True)
    return {
        "scores": np.bincount(activity.score, minlength=11),
        "popularity": np.bincount(_tenths(popularity)[known], minlength=POPULARITY_PARTS),
        "genres": np.asarray(genres[known].sum(0)).ravel(),
        "list lengths": np.bincount(np.digitize(activity.list_length[first], LENGTHS), minlength=len(LENGTHS) + 1),
        "unknown titles": np.bincount((activity.item < 0).astype(int), minlength=2),
        "new members": np.bincount(activity.is_new.astype(int), minlength=2),
    }


def stability(
    before: Activity, now: Activity, popularity: NDArray[np.floating], genres: sp.csr_matrix
) -> dict[str, float]:
    """The population stability index of each distribution; empty where either period says too little."""
    if not (before.is_enough and now.is_enough):
        return {}
    expected, actual = (distributions(activity, popularity, genres) for activity in (before, now))
    return {name: population_stability(expected[name], actual[name]) for name in expected}


def population_stability(expected: NDArray[np.number], actual: NDArray[np.number]) -> float:
    """How far two distributions over the same parts, as counts or shares, are apart: 0 the same, 0.25 another one.

    Σ (actual - expected) · ln(actual / expected) over shares. Source: Siddiqi 2006, "Credit Risk Scorecards", p. 136.
    Empty parts count as LEAST_SHARE.

    >>> round(population_stability(np.array([50, 50]), np.array([1, 3])), 4)
    0.2747
    """
    before, now = (np.maximum(counts / max(counts.sum(), 1e-9), LEAST_SHARE) for counts in (expected, actual))
    return float(((now - before) * np.log(now / before)).sum())


def online_accuracy(predicted: NDArray[np.floating], given: NDArray[np.floating]) -> OnlineAccuracy:
    """(n,) scores predicted and given, 1–10."""
    if not len(given):
        return OnlineAccuracy(None, None, 0)
    return OnlineAccuracy(rating.rmse(predicted, given), rating.mae(predicted, given), len(given))


def reason_to_retrain(stability: Mapping[str, float], online: OnlineAccuracy, offline_rmse: float | None) -> str:
    """Why the model should be trained anew now, in a sentence; empty where there is no reason."""
    moved = [f"{name} ({index:.2f})" for name, index in stability.items() if index > MOVED]
    if moved:
        return f"what members do has moved: {', '.join(moved)}"
    if online.rmse is None or offline_rmse is None or online.n < LEAST_OUTCOMES or online.rmse <= WORSE * offline_rmse:
        return ""
    return (
        f"scores are predicted worse than they were: RMSE {online.rmse:.2f} of {online.n} instead of {offline_rmse:.2f}"
    )


def _tenths(popularity: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n_items,) which tenth of the titles each is in, from the least popular (0) to the most (9)."""
    rank = np.argsort(np.argsort(np.nan_to_num(popularity), kind="stable"), kind="stable")
    return rank * POPULARITY_PARTS // max(len(popularity), 1)
