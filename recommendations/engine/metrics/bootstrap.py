"""Confidence intervals of means over members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
AT_ONCE = 50


@dataclass(frozen=True)
class Difference:
    """A mean difference with its confidence interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.4f} (95 % from {self.low:+.4f} to {self.high:+.4f})"


def paired_difference(values: NDArray[np.floating], others: NDArray[np.floating]) -> Difference:
    """Return the mean of values - others with its 95 % interval, over the members that have both.

    values, others: (n,) figures of the same members, NaN for none. NaNs for fewer than two members with both.
    """
    differences = values - others
    if np.isfinite(differences).sum() < 2:
        return Difference(float("nan"), float("nan"), float("nan"))
    return Difference(float(np.nanmean(differences)), *mean_interval(differences))


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
