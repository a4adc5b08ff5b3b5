"""A test that may be looked at every day: Lan and DeMets' error spending, without an end.

The error allowed is spent as information comes in: nearly all of it in the planned sample, little at the beginning, so
that the planned size hardly grows; the rest after it, so that an experiment that runs on stays valid, too. In the whole
of time no more than `alpha` is spent, however often somebody looks.

Source: Lan, DeMets (1983), "Discrete sequential boundaries for clinical trials"; the O'Brien–Fleming-like spending
function; Armitage, McPherson, Rowe (1969) for the integration. Deviation: what is left after the planned end (`LATER`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

LATER = 0.05  # the part of the error that is kept for after the planned sample
LEAST_SPENT = 1e-9  # an error too small to be a look's own: no boundary is as far out
FARTHEST = 8.0  # standard deviations, beyond which nothing is
NODES_PER_STEP = 9.0  # nodes of the integral in the width of one step's spread
FEWEST_NODES, MOST_NODES = 48, 800


def spent(fraction: float, alpha: float) -> float:
    """The error spent when this fraction of the planned information is there; more than 1 is after the plan.

    >>> [round(spent(t, 0.05), 4) for t in (0.0, 0.25, 0.5, 1.0, 2.0)]
    [0.0, 0.0, 0.0028, 0.0475, 0.0488]
    """
    if fraction <= 0:
        return 0.0
    planned = alpha * (1 - LATER)
    within = 4 * ndtr(ndtri(planned / 4) / np.sqrt(min(fraction, 1.0)))  # both sides
    return float(within + alpha * LATER * (1 - 1 / max(fraction, 1.0)))


def boundaries(fractions: Floats, alpha: float = 0.05) -> Floats:
    """(looks,) how far from 0 the z statistic must be at each look; inf where it is too early to decide anything.

    fractions: (looks,) of the planned information, strictly increasing. Raises ValueError otherwise.
    """
    fractions = np.asarray(fractions, dtype=np.float64)
    if len(fractions) and (fractions[0] <= 0 or (np.diff(fractions) <= 0).any()):
        raise ValueError("each look must have more information than the one before")
    bounds = np.full(len(fractions), np.inf)
    done = 0.0
    walk = _Walk(0.0)
    for look, fraction in enumerate(fractions):
        due = spent(fraction, alpha)
        if due - done > LEAST_SPENT:
            bounds[look] = _solve(walk, fraction, due - done)
            done = due
        walk.step(fraction, bounds[look])
    return bounds


def crossing(fractions: Floats, bounds: Floats, drift: float = 0.0) -> float:
    """The probability to be beyond a boundary at any look, where z is `drift` on average at the planned sample."""
    walk = _Walk(drift)
    total = 0.0
    for fraction, bound in zip(fractions, bounds, strict=True):
        total += walk.beyond(fraction, bound) if np.isfinite(bound) else 0.0
        walk.step(fraction, bound)
    return total


def _solve(walk: _Walk, fraction: float, probability: float) -> float:
    from scipy.optimize import brentq  # 20 MB that a web process does without until staff look at an experiment

    def miss(bound: float) -> float:
        return walk.beyond(fraction, bound) - probability

    return FARTHEST if miss(FARTHEST) >= 0 else float(brentq(miss, 0.0, FARTHEST, xtol=1e-5))


class _Walk:
    """The density of a Brownian motion with drift that has not crossed a boundary yet, at the last look."""

    def __init__(self, drift: float) -> None:
        self.drift, self.time = drift, 0.0
        self.nodes, self.mass = np.zeros(1), np.ones(1)

    def beyond(self, time: float, bound: float) -> float:
        """The probability to be beyond ±bound (in standard deviations) at this time, not having been before."""
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
        # einsum, for BLAS would wake its threads for next to nothing
        density = np.einsum("ij,j", np.exp(-0.5 * away**2), self.mass) / (spread * np.sqrt(2 * np.pi))
        self.nodes, self.mass, self.time = after, density * weights * edge, time


@lru_cache(maxsize=256)
def _legendre(n: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return nodes, weights
