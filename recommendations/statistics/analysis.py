"""Analysis of an experiment: rates and lifts with intervals, sample ratio, and the sequential decision.

A unit is a member or a visitor; its outcome is 0 or 1 and final. Units arrive day by day, and each day is a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommendations.statistics.sequential import boundaries

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]

LEAST_UNITS = 100  # per variant; with fewer, z is not close enough to normal
BROKEN = 0.001  # p-value of the sample ratio below which the experiment is faulty
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Units:
    """variant: (n,) index of each unit's variant. day: (n,) integer day from which the unit counts.
    activity: (n,) pre-experiment activity (CUPED's covariate)."""

    variant: Integers
    day: Integers
    activity: Floats


@dataclass(frozen=True)
class Rate:
    n: int
    successes: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.successes / self.n if self.n else 0.0

    @classmethod
    def of(cls, successes: int, n: int) -> Rate:
        """Return a rate with Wilson's 95 % interval.

        >>> rate = Rate.of(3, 10)
        >>> round(rate.low, 4), rate.value, round(rate.high, 4)
        (0.1078, 0.3, 0.6032)
        """
        if not n:
            return cls(0, 0, 0.0, 1.0)
        z2 = NORMAL_95**2
        middle = (successes + z2 / 2) / (n + z2)
        half = NORMAL_95 / (n + z2) * np.sqrt(successes * (n - successes) / n + z2 / 4)
        return cls(n, successes, max(0.0, float(middle - half)), min(1.0, float(middle + half)))


@dataclass(frozen=True)
class Comparison:
    """A variant compared with the first one, at every look.

    days, z, bounds: (looks,). lift: relative, with an interval (low, high) valid under repeated looks; None: too early.
    variance_cut: the share of the variance that CUPED removed.
    """

    days: Integers
    z: Floats
    bounds: Floats
    lift: float | None
    low: float | None
    high: float | None
    variance_cut: float

    @property
    def decided_at(self) -> int | None:
        """Index of the first look at which z reached its boundary."""
        beyond = np.flatnonzero(np.abs(self.z) >= self.bounds)
        return int(beyond[0]) if len(beyond) else None

    @property
    def direction(self) -> int:
        """1 higher, -1 lower than the first variant at the deciding look; 0 undecided."""
        at = self.decided_at
        return 0 if at is None else int(np.sign(self.z[at]))


def sample_ratio(observed: Sequence[float], expected: Sequence[float]) -> float:
    """Return the p-value of a chi-squared test of observed against expected counts; 1 without counts.

    >>> equal = [50_000, 50_000]
    >>> sample_ratio([49_261, 50_739], equal) < BROKEN, sample_ratio([49_900, 50_100], equal) < BROKEN
    (True, False)
    """
    counts, targets = np.array(observed, dtype=np.float64), np.array(expected, dtype=np.float64)
    if not counts.sum() or not targets.sum():
        return 1.0
    if counts[targets == 0].sum():
        return 0.0
    counts, targets = counts[targets > 0], targets[targets > 0]
    targets *= counts.sum() / targets.sum()
    return _chi_square(((counts - targets) ** 2 / targets).sum(), len(targets) - 1) if len(targets) > 1 else 1.0


def _chi_square(value: float, freedom: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(freedom, value))


def compare(units: Units, outcome: Floats, place: int, planned: float, alpha: float) -> Comparison:
    """Compare the variant at index `place` with the first. planned: planned units of the two together."""
    days, figures = _by_day(units, outcome, place)
    n = figures[:, :, 0]
    is_look = (n.min(axis=0) >= LEAST_UNITS) & (np.diff(n.sum(axis=0), prepend=0) > 0)
    days, figures = days[is_look], figures[:, is_look]
    if not len(days):
        empty = np.zeros(0)
        return Comparison(days, empty, empty, None, None, None, 0.0)
    means, variances, cut = adjusted(figures)
    spread = np.sqrt(variances.sum(axis=0))
    z = np.divide(means[1] - means[0], spread, out=np.zeros(len(days)), where=spread > 0)
    bounds = boundaries(figures[:, :, 0].sum(axis=0) / planned, alpha)
    low, high = _lift_interval(means[:, -1], variances[:, -1], bounds[-1])
    lift = float(means[1, -1] / means[0, -1] - 1) if means[0, -1] > 0 else None
    return Comparison(days, z, bounds, lift, low, high, float(cut[-1]))


def _by_day(units: Units, outcome: Floats, place: int) -> tuple[Integers, Floats]:
    """Return (days,) and cumulative (2, days, 6) sums of 1, y, x, y², x², xy, of the first variant and this one."""
    days, day = np.unique(units.day, return_inverse=True)
    rows = np.flatnonzero((units.variant == 0) | (units.variant == place))
    cell = day[rows] + len(days) * (units.variant[rows] == place)
    y, x = outcome[rows], units.activity[rows]
    x = x - (x.mean() if len(x) else 0.0)
    sums = [np.bincount(cell, values, minlength=2 * len(days)) for values in (None, y, x, y * y, x * x, x * y)]
    return days, np.cumsum(np.array(sums, dtype=np.float64).reshape(6, 2, len(days)), axis=2).transpose(1, 2, 0)


def adjusted(figures: Floats) -> tuple[Floats, Floats, Floats]:
    """Return CUPED-adjusted means and their variances, (2, looks) each, and the share of variance removed, (looks,).

    figures: (2, looks, 6) sums of `_by_day`.

    Source: Deng et al. (2013), "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment
    Data" (CUPED), with the slope pooled over both variants.
    """
    n, y, x, yy, xx, xy = np.moveaxis(figures, 2, 0)
    within_yy, within_xx, within_xy = yy - y * y / n, xx - x * x / n, xy - x * y / n
    pooled_xx = within_xx.sum(axis=0)
    slope = np.divide(within_xy.sum(axis=0), pooled_xx, out=np.zeros(len(pooled_xx)), where=pooled_xx > 1e-12)
    overall = x.sum(axis=0) / n.sum(axis=0)
    means = y / n - slope * (x / n - overall)
    plain = within_yy / (n - 1) / n
    reduced = np.maximum(within_yy - 2 * slope * within_xy + slope**2 * within_xx, 0.0) / (n - 1) / n
    unadjusted = plain.sum(axis=0)
    cut = np.divide(unadjusted - reduced.sum(axis=0), unadjusted, out=np.zeros(len(unadjusted)), where=unadjusted > 0)
    return means, reduced, cut


def _lift_interval(means: Floats, variances: Floats, bound: float) -> tuple[float | None, float | None]:
    """Return Fieller's interval of ratio - 1. It excludes 0 exactly if the difference test exceeds `bound`."""
    if not np.isfinite(bound):
        return None, None
    square = means[0] ** 2 - bound**2 * variances[0]
    middle = means[0] * means[1]
    root = middle**2 - square * (means[1] ** 2 - bound**2 * variances[1])
    if square <= 0 or root < 0:
        return None, None
    return tuple(float((middle + sign * np.sqrt(root)) / square - 1) for sign in (-1, 1))  # type: ignore[return-value]
