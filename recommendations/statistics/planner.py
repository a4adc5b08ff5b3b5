"""How many members and visitors an experiment needs before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil

import numpy as np

from recommendations.statistics.sequential import boundaries, crossing

ALPHA = 0.05
POWER = 0.82  # what is asked for: 0.8, and something for what normal approximations lose
LOOKS = 28  # daily looks; the number of them hardly matters


def units_needed(
    rate: float, lift: float, weights: Sequence[float], *, power: float = POWER, correlation: float = 0.0
) -> int:
    """How many units, all variants together, find a relative lift of a rate against the first variant, by daily looks.

    correlation: of the outcome with what was known before (CUPED). Raises ValueError for what cannot be planned.

    >>> units_needed(0.1, 0.1, [1, 1])
    33053
    """
    better = rate * (1 + lift)
    if not 0 < rate < 1 or not 0 < better < 1 or lift == 0:
        raise ValueError("the rate, and the rate with the lift, must be between 0 and 1, and the lift not 0")
    if len(weights) < 2 or min(weights) <= 0 or not 0 <= correlation < 1:
        raise ValueError("at least two variants with a weight above 0 are required")
    share = np.array(weights) / sum(weights)
    variances = rate * (1 - rate) / share[0] + better * (1 - better) / share[1:].min()
    z = distance(ALPHA / (len(weights) - 1), power)
    return ceil(z**2 * variances * (1 - correlation**2) / (better - rate) ** 2)


@lru_cache(maxsize=64)
def distance(alpha: float, power: float, looks: int = LOOKS) -> float:
    """What z must be on average at the planned sample for the daily test to find it with this power."""
    from scipy.optimize import brentq

    fractions = np.arange(1, looks + 1) / looks
    bounds = boundaries(fractions, alpha)
    return float(brentq(lambda drift: crossing(fractions, bounds, drift) - power, 0.1, 9.0, xtol=1e-6))
