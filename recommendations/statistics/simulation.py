"""Simulated experiments, analysed by the code for real ones, to verify its guarantees."""

from __future__ import annotations

import numpy as np

from recommendations.statistics.analysis import Floats, Units, adjusted, compare, sample_ratio
from recommendations.statistics.planner import ALPHA, units_needed

RATE, DAYS = 0.1, 28
PER_DAY = 200
AT_ONCE = 500  # experiments simulated in memory together


def share_decided(n: int, lift: float, seed: int, per_day: float = PER_DAY) -> float:
    """Return the share of `n` experiments of planned length, with daily looks, that the test decides."""
    generator = np.random.default_rng(seed)
    planned = per_day * DAYS
    return float(np.mean([_is_decided(generator, lift, per_day, planned) for _ in range(n)]))


def power_as_planned(n: int, lift: float, seed: int) -> tuple[float, int]:
    """Return the power for a true lift at the planner's sample size, and that size."""
    needed = units_needed(RATE, lift, [1, 1])
    return share_decided(n, lift, seed, per_day=needed / DAYS), needed


def cuped_cut(correlation: float, n: int, units: int, seed: int) -> float:
    """Return CUPED's relative reduction of the estimated difference's variance over `n` experiments.

    correlation: of outcome and activity. The theoretical reduction is its square.
    """
    generator = np.random.default_rng(seed)
    parts = [_cuped_differences(generator, correlation, min(AT_ONCE, n - at), units) for at in range(0, n, AT_ONCE)]
    plain, reduced = np.concatenate(parts, axis=1)
    return float(1 - reduced.var() / plain.var())


def sample_ratio_fires(first: float, second: float, total: int) -> float:
    """Return the sample-ratio p-value of a split that should be half and half."""
    share = first / (first + second)
    return sample_ratio([round(total * share), total - round(total * share)], [1, 1])


def _is_decided(generator: np.random.Generator, lift: float, per_day: float, planned: float) -> bool:
    counts = generator.poisson(per_day, DAYS)
    day = np.repeat(np.arange(DAYS), counts)
    variant = (generator.random(len(day)) < 0.5).astype(np.int8)
    activity = generator.standard_normal(len(day))
    chance = RATE * (1 + lift * variant)
    outcome = (generator.random(len(day)) < chance).astype(np.float64)
    return compare(Units(variant, day, activity), outcome, 1, planned, ALPHA).decided_at is not None


def _cuped_differences(generator: np.random.Generator, correlation: float, n: int, units: int) -> Floats:
    """Return (2, n) differences between two identical variants: unadjusted, and CUPED-adjusted."""
    x = generator.standard_normal((2, n, units))
    y = correlation * x + np.sqrt(1 - correlation**2) * generator.standard_normal((2, n, units))
    columns = (np.ones_like(x), y, x, y * y, x * x, x * y)
    means, _, _ = adjusted(np.stack([values.sum(axis=2) for values in columns], axis=2))
    return np.array([np.diff(y.mean(axis=2), axis=0)[0], np.diff(means, axis=0)[0]])
