"""How sure a mean over members is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
AT_ONCE = 50


def mean_interval(values: NDArray[np.floating], level: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """The interval in which the mean of (n,) values lies, were other members drawn; NaN values do not count.

    For the difference of two models, give the differences member by member: the interval is then the paired one.
    Source: the percentile bootstrap, Efron 1979, by SciPy.
    """
    from scipy.stats import bootstrap

    known = values[~np.isnan(values)]
    if len(known) < 2:
        return float("nan"), float("nan")
    found = bootstrap(
        (known,), np.mean, n_resamples=RESAMPLES, batch=AT_ONCE, confidence_level=level, method="percentile", rng=seed
    ).confidence_interval
    return float(found.low), float(found.high)
