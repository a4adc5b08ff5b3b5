"""Sequential test that stays valid under daily looks: Lan–DeMets error spending, without a fixed end.

Nearly all of the error is spent within the planned sample, little of it early, so that the planned size hardly grows.
The rest is spent later, so that an experiment that runs on stays valid. The total never exceeds `alpha`, however often
results are checked.

Source: Lan, DeMets (1983), "Discrete sequential boundaries for clinical trials"; the O'Brien–Fleming-like spending
function; Armitage, McPherson, Rowe (1969) for the integration. Deviation: the error reserved for later (`LATER`).
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NORMAL = NormalDist()
LATER = 0.05  # share of the error reserved for after the planned sample
LEAST_SPENT = 1e-9  # smaller errors get no boundary: it would be beyond FARTHEST
FARTHEST = 8.0  # standard deviations, the limit of boundaries and integration
NODES_PER_STEP = 9.0  # quadrature nodes per standard deviation of a step
FEWEST_NODES, MOST_NODES = 48, 800


def spent(fraction: float, alpha: float) -> float:
    """Return the error spent at a fraction of the planned information; fractions above 1 are past the plan.

    >>> [round(spent(t, 0.05), 4) for t in (0.0, 0.25, 0.5, 1.0, 2.0)]
    [0.0, 0.0, 0.0028, 0.0475, 0.0488]
    """
    if fraction <= 0:
        return 0.0
    planned = alpha * (1 - LATER)
    within = 4 * NORMAL.cdf(NORMAL.inv_cdf(planned / 4) / min(fraction, 1.0) ** 0.5)  # two-sided
    return float(within + alpha * LATER * (1 - 1 / max(fraction, 1.0)))


def boundaries(fractions: Floats, alpha: float = 0.05) -> Floats:
    """Return the critical |z| at each look, (looks,); inf where it is too early to decide.

    fractions: (looks,) of the planned information. Raises ValueError unless positive and strictly increasing.
    """
    fractions = np.asarray(fractions, dtype=np.float64)
    if len(fractions) and (fractions[0] <= 0 or (np.diff(fractions) <= 0).any()):
        raise ValueError("each look must have more information than the one before")
    bounds = np.full(len(fractions), np.inf)
    total = 0.0
    walk = _Walk(0.0)
    for look, fraction in enumerate(fractions):
        due = spent(fraction, alpha)
        if due - total > LEAST_SPENT:
            bounds[look] = _solve(walk, fraction, due - total)
            total = due
        walk.step(fraction, bounds[look])
    return bounds


def crossing(fractions: Floats, bounds: Floats, drift: float = 0.0) -> float:
    """Return the probability of crossing a boundary at any look. drift: expected z at the planned sample size."""
    walk = _Walk(drift)
    total = 0.0
    for fraction, bound in zip(fractions, bounds, strict=True):
        total += walk.beyond(fraction, bound) if np.isfinite(bound) else 0.0
        walk.step(fraction, bound)
    return total


def _solve(walk: _Walk, fraction: float, probability: float) -> float:
    from scipy.optimize import brentq  # 20 MB that web processes only load once staff open an experiment

    def miss(bound: float) -> float:
        return walk.beyond(fraction, bound) - probability

    return FARTHEST if miss(FARTHEST) >= 0 else float(brentq(miss, 0.0, FARTHEST, xtol=1e-5))


class _Walk:
    """Density at the last look of a Brownian motion with drift that hasn't crossed a boundary."""

    def __init__(self, drift: float) -> None:
        self.drift, self.time = drift, 0.0
        self.nodes, self.mass = np.zeros(1), np.ones(1)

    def beyond(self, time: float, bound: float) -> float:
        """Return the probability of first crossing ±bound (in standard deviations) at this time."""
        from scipy.special import ndtr

        spread, edge = np.sqrt(time - self.time), bound * np.sqrt(time)
        middle = self.nodes + self.drift * (time - self.time)
        return float(self.mass @ (ndtr((-edge - middle) / spread) + ndtr((middle - edge) / spread)))

    def step(self, time: float, bound: float) -> None:
        spread = np.sqrt(time - self.time)
        edge = min(bound, FARTHEST + abs(self.drift)) * np.sqrt(time)
        n = int(np.clip(edge / spread * NODES_PER_STEP, FEWEST_NODES, MOST_NODES))
        nodes, weights = _legendre(n)
        after = nodes * edge
        away = (after[:, None] - self.nodes[None, :] - self.drift * (time - self.time)) / spread
        # einsum, because BLAS would wake its threads for a tiny product
        density = np.einsum("ij,j", np.exp(-0.5 * away**2), self.mass) / (spread * np.sqrt(2 * np.pi))
        self.nodes, self.mass, self.time = after, density * weights * edge, time


@lru_cache(maxsize=256)
def _legendre(n: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return nodes, weights
