"""Confidence intervals of means over members."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
AT_ONCE = 50


def mean_interval(values: NDArray[np.floating], level: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Return the confidence interval of the mean of (n,) values, ignoring NaN; NaNs for fewer than two values.

    To compare two models, pass the differences per member, which gives the paired interval.
    Source: the percentile bootstrap, Efron 1979, by SciPy.
    """
    from scipy.stats import bootstrap

    sample = values[~np.isnan(values)]
    if len(sample) < 2:
        return float("nan"), float("nan")
    interval = bootstrap(
        (sample,), np.mean, n_resamples=RESAMPLES, batch=AT_ONCE, confidence_level=level, method="percentile", rng=seed
    ).confidence_interval
    return float(interval.low), float(interval.high)
