"""How much each title of a list says about its member's taste today, by when it was watched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

YEAR = 365.25  # days
LEAST_DATED = 20  # titles with a date, and YEARS between the first and the last of them, to tell times apart
LEAST_YEARS = 1.0
CROWDED, CROWDED_SHARE = 10, 0.2  # titles on one day: more are an import's or a filled-in list's, not watched then
LEAST_WEIGHT = 0.02


def known_days(days: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """Return (n,) days on which a list's titles were watched, NaN where that isn't known; None if they say nothing.

    days: (n,) days since any start, NaN for none. Many titles on one day say when a list was filled in.
    """
    known = np.array(days, dtype=np.float64)
    distinct, which, counts = np.unique(np.floor(known), return_inverse=True, return_counts=True)
    most = max(CROWDED, CROWDED_SHARE * np.isfinite(known).sum())
    known[np.isin(which, np.flatnonzero((counts > most) | np.isnan(distinct)))] = np.nan
    dated = known[np.isfinite(known)]
    enough = len(dated) >= LEAST_DATED and np.ptp(dated) >= LEAST_YEARS * YEAR
    return known if enough else None


def weights(days: NDArray[np.floating], half_life: float) -> NDArray[np.float32]:
    """Return (n,) weights with a mean of 1, which halve every `half_life` years before the latest day.

    days: as `known_days` returns them. A title without a day weighs as much as the mean of the others. An infinite
    half-life gives ones.
    """
    age = (np.nanmax(days) - days) / YEAR
    raw = np.maximum(0.5 ** (age / half_life), LEAST_WEIGHT)
    raw[np.isnan(raw)] = np.nanmean(raw)
    return (raw / raw.mean()).astype(np.float32)
