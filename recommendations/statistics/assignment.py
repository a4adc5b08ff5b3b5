"""Variant assignment by a pure hash of experiment and unit, without storage or queries.

Source: Bakshy, Eckles, Bernstein (2014), "Designing and Deploying Online Field Experiments" (PlanOut).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate

WIDTH = 2.0**64


def point(key: str, unit: int) -> float:
    """Return a unit's point in [0, 1): constant for a key, independent between keys.

    >>> point("12", 7) == point("12", 7), point("12", 7) == point("13", 7)
    (True, False)
    """
    digest = blake2b(f"{key}:{unit}".encode(), digest_size=8).digest()
    return min(int.from_bytes(digest, "big") / WIDTH, 1 - 2**-53)


def variant_of(key: str, unit: int, weights: Sequence[float]) -> int:
    """Return the index of the unit's variant. Changed weights only reassign units at the moved borders.

    >>> [variant_of("12", unit, [1, 1, 0]) for unit in range(8)].count(2)
    0
    """
    borders = list(accumulate(weights))
    if not borders or borders[-1] <= 0 or min(weights) < 0:
        raise ValueError(f"weights must be 0 or more and not all 0: {list(weights)}")
    place = bisect_right(borders, point(f"variant:{key}", unit) * borders[-1])
    return min(place, max(place for place, weight in enumerate(weights) if weight > 0))


def takes_part(key: str, unit: int, share: float) -> bool:
    """Return whether a unit is in the sampled share, 0–1, of the audience, independently of its variant."""
    return point(f"share:{key}", unit) < share
