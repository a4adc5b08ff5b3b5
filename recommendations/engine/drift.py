"""Detects drift between members' activity and the training data, and decides whether to retrain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.metrics import rating

MOVED = 0.25  # population stability index above which a distribution counts as drifted
LEAST_SHARE = 1e-4  # an empty bin counts as this much
WORSE = 1.1  # maximum ratio of the online RMSE to the RMSE on held-out ratings
LEAST_ENTRIES, LEAST_MEMBERS = 300, 30  # per period; fewer drift by chance (Yurdakul 2018: by (bins - 1) · 2 / n)
LEAST_OUTCOMES = 200
LENGTHS = (3, 10, 30, 100, 300)  # bin edges: each starts the next bin
POPULARITY_BINS = 10


@dataclass(frozen=True)
class Activity:
    """List entries of a period; parallel arrays (n_entries,).

    user: any number per member. item: item index, -1 for a title outside the model. score: 1–10, 0 for none.
    list_length: entries on the member's list. is_new: whether the member had just joined.
    """

    user: NDArray[np.integer]
    item: NDArray[np.integer]
    score: NDArray[np.integer]
    list_length: NDArray[np.integer]
    is_new: NDArray[np.bool_]

    @property
    def is_enough(self) -> bool:
        """Whether the sample is large enough for its distributions to be more than noise."""
        return len(self.user) >= LEAST_ENTRIES and len(np.unique(self.user)) >= LEAST_MEMBERS


@dataclass(frozen=True)
class OnlineAccuracy:
    """Errors, in points, of n scores predicted before the members scored; None without outcomes."""

    rmse: float | None
    mae: float | None
    n: int


def distributions(
    activity: Activity, popularity: NDArray[np.floating], genres: sp.csr_matrix
) -> dict[str, NDArray[np.floating]]:
    """Return the counts per bin of each distribution: entries, or members for the list lengths.

    popularity: (n_items,) from training, NaN where nobody watched; binned by decile. genres: (n_items, n_genres)
    shares.
    """
    known_items = activity.item[activity.item >= 0]
    _, first = np.unique(activity.user, return_index=True)
    return {
        "scores": np.bincount(activity.score, minlength=11),
        "popularity": np.bincount(_deciles(popularity)[known_items], minlength=POPULARITY_BINS),
        "genres": np.asarray(genres[known_items].sum(0)).ravel(),
        "list lengths": np.bincount(np.digitize(activity.list_length[first], LENGTHS), minlength=len(LENGTHS) + 1),
        "unknown titles": np.bincount((activity.item < 0).astype(int), minlength=2),
        "new members": np.bincount(activity.is_new.astype(int), minlength=2),
    }


def stability(
    before: Activity, now: Activity, popularity: NDArray[np.floating], genres: sp.csr_matrix
) -> dict[str, float]:
    """Return the population stability index of each distribution; empty if either period is too small."""
    if not (before.is_enough and now.is_enough):
        return {}
    expected, actual = (distributions(activity, popularity, genres) for activity in (before, now))
    return {name: population_stability(expected[name], actual[name]) for name in expected}


def population_stability(expected: NDArray[np.number], actual: NDArray[np.number]) -> float:
    """Return how far two distributions over the same bins, as counts or shares, differ: 0 not at all, 0.25 a lot.

    Σ (actual - expected) · ln(actual / expected) over shares. Source: Siddiqi 2006, "Credit Risk Scorecards", p. 136.
    Empty bins count as LEAST_SHARE.

    >>> round(population_stability(np.array([50, 50]), np.array([1, 3])), 4)
    0.2747
    """
    before, now = (np.maximum(counts / max(counts.sum(), 1e-9), LEAST_SHARE) for counts in (expected, actual))
    return float(((now - before) * np.log(now / before)).sum())


def online_accuracy(predicted: NDArray[np.floating], actual: NDArray[np.floating]) -> OnlineAccuracy:
    """Return the errors of (n,) predicted scores against (n,) actual scores, 1–10."""
    if not len(actual):
        return OnlineAccuracy(None, None, 0)
    return OnlineAccuracy(rating.rmse(predicted, actual), rating.mae(predicted, actual), len(actual))


def reason_to_retrain(stability: Mapping[str, float], online: OnlineAccuracy, offline_rmse: float | None) -> str:
    """Return the reason to retrain the model now, as a sentence; empty if there is none."""
    drifted = [f"{name} ({index:.2f})" for name, index in stability.items() if index > MOVED]
    if drifted:
        return f"what members do has moved: {', '.join(drifted)}"
    if online.rmse is None or offline_rmse is None or online.n < LEAST_OUTCOMES or online.rmse <= WORSE * offline_rmse:
        return ""
    return (
        f"scores are predicted worse than they were: RMSE {online.rmse:.2f} of {online.n} instead of {offline_rmse:.2f}"
    )


def _deciles(popularity: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return each title's popularity decile, (n_items,), from the least popular (0) to the most (9)."""
    rank = np.argsort(np.argsort(np.nan_to_num(popularity), kind="stable"), kind="stable")
    return rank * POPULARITY_BINS // max(len(popularity), 1)
