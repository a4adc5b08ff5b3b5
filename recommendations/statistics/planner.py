"""Sample size planning of experiments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil

import numpy as np

from recommendations.statistics.sequential import boundaries, crossing

ALPHA = 0.05
POWER = 0.82  # the target of 0.8, plus a margin for normal approximations
LOOKS = 28  # daily looks; their number hardly matters


def units_needed(
    rate: float, lift: float, weights: Sequence[float], *, power: float = POWER, correlation: float = 0.0
) -> int:
    """Return the units of all variants together that detect a relative lift over the first variant with daily looks.

    correlation: of the outcome with pre-experiment activity (CUPED). Raises ValueError for invalid arguments.

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
    """Return the expected z at the planned sample size for which daily looks have this power."""
    from scipy.optimize import brentq

    fractions = np.arange(1, looks + 1) / looks
    bounds = boundaries(fractions, alpha)
    return float(brentq(lambda drift: crossing(fractions, bounds, drift) - power, 0.1, 9.0, xtol=1e-6))
