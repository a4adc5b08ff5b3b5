"""Experiments that never took place, judged by the code that judges real ones: what its promises are measured with."""

from __future__ import annotations

import numpy as np

from recommendations.statistics.analysis import Floats, Units, adjusted, compare, sample_ratio
from recommendations.statistics.planner import ALPHA, units_needed

RATE, DAYS = 0.1, 28
PER_DAY = 200
AT_ONCE = 500  # experiments whose units are held in memory together


def share_decided(n: int, lift: float, seed: int, per_day: float = PER_DAY) -> float:
    """The part of `n` experiments of the planned length, looked at daily, that the test decides."""
    generator = np.random.default_rng(seed)
    planned = per_day * DAYS
    return float(np.mean([_is_decided(generator, lift, per_day, planned) for _ in range(n)]))


def power_as_planned(n: int, lift: float, seed: int) -> tuple[float, int]:
    """The share found of a true lift at the sample size that the planner gives, and that size."""
    needed = units_needed(RATE, lift, [1, 1])
    return share_decided(n, lift, seed, per_day=needed / DAYS), needed


def cuped_cut(correlation: float, n: int, units: int, seed: int) -> float:
    """By how much the variance of the estimated difference shrinks, over `n` experiments, where outcome and activity
    are correlated so: in theory by the correlation's square."""
    generator = np.random.default_rng(seed)
    parts = [_cuped_differences(generator, correlation, min(AT_ONCE, n - at), units) for at in range(0, n, AT_ONCE)]
    plain, left = np.concatenate(parts, axis=1)
    return float(1 - left.var() / plain.var())


def sample_ratio_fires(first: float, second: float, total: int) -> float:
    """How likely the sample-ratio check takes a split for chance where halves were meant."""
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
    """(2, n) differences between two variants that are the same: as they are, and without what was known before."""
    x = generator.standard_normal((2, n, units))
    y = correlation * x + np.sqrt(1 - correlation**2) * generator.standard_normal((2, n, units))
    columns = (np.ones_like(x), y, x, y * y, x * x, x * y)
    means, _, _ = adjusted(np.stack([values.sum(axis=2) for values in columns], axis=2))
    return np.array([np.diff(y.mean(axis=2), axis=0)[0], np.diff(means, axis=0)[0]])
