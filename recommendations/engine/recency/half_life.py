"""How fast one member's taste changes: the half-life by which the latest titles would have been foreseen best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.explain import contributions
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.recency.weights import weights

NEVER = float("inf")
RECENT = 1.0  # years, for those who ask for what is like their latest titles
HALF_LIVES = (4.0, 2.0, 1.0, 0.5, 0.25)  # years
LATEST = 0.2  # share of the dated titles that are foreseen from the others
MOST_LATEST = 60
SURE = 2.0  # standard errors by which a half-life must be better than none


def half_life(
    model: RatingAwareEase, items: NDArray[np.integer], scores: NDArray[np.floating], days: NDArray[np.floating]
) -> float:
    """Return the half-life in years with which the earlier part of a list foresees its latest titles best.

    NEVER unless one is surely better than none. items, scores: (n,) the list, 0 for no score. days: see `known_days`.
    """
    dated = np.flatnonzero(np.isfinite(days))
    latest = dated[np.argsort(days[dated], kind="stable")][-max(1, min(round(LATEST * len(dated)), MOST_LATEST)) :]
    earlier = np.setdiff1d(np.arange(len(items)), latest)
    days_before = days[earlier]
    if np.isfinite(days_before).sum() < 2:
        return NEVER
    own = contributions(model, items[earlier], scores[earlier])
    is_other = model.arrays["known"].copy()
    is_other[items[earlier]] = False
    targets = items[latest][is_other[items[latest]]]
    by_age = [np.ones(len(earlier), dtype=np.float32), *(weights(days_before, years) for years in HALF_LIVES)]
    usual, *others = (_log_places(totals, is_other, targets) for totals in own.totals_by(np.array(by_age)))
    gains = {years: _at_least(usual - places) for years, places in zip(HALF_LIVES, others, strict=True)}
    best = max(gains, key=lambda years: gains[years])
    return best if gains[best] > 0 else NEVER


def _log_places(
    totals: NDArray[np.floating], is_other: NDArray[np.bool_], targets: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return the log of each target's place among the titles that aren't on the list."""
    others = totals[is_other]
    return np.log1p([np.count_nonzero(others > total) for total in totals[targets]])


def _at_least(gain: NDArray[np.float64]) -> float:
    """Return what the mean gain surely is."""
    return float(gain.mean() - SURE * gain.std() / np.sqrt(len(gain))) if len(gain) else 0.0
