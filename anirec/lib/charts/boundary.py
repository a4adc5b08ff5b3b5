"""Geometry of a sequential test's SVG chart: the primary metric's z at each look, and the decision boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 400.0, 180.0, 10.0
MOST = 5.0  # standard deviations at the edge


@dataclass(frozen=True)
class Look:
    """One look at the data. bound: None if it's too early to decide."""

    day: str
    z: float
    bound: float | None
    x: float
    y: float


@dataclass(frozen=True)
class BoundaryChart:
    """SVG points of the boundaries (upper, lower) and of z (line)."""

    looks: tuple[Look, ...]
    line: str
    upper: str
    lower: str
    width: float = WIDTH
    height: float = HEIGHT
    zero: float = HEIGHT / 2


def boundary_chart(path: Sequence[tuple[str, float, float | None]]) -> BoundaryChart:
    """Return the chart of (day, z, bound) at each look.

    >>> chart = boundary_chart([("2026-01-01", 0.0, None), ("2026-01-02", 2.5, 2.5)])
    >>> chart.line, chart.upper, chart.lower
    ('10.0,90.0 390.0,50.0', '390.0,50.0', '390.0,130.0')
    """
    step = (WIDTH - 2 * EDGE) / max(len(path) - 1, 1)
    places = [round(EDGE + number * step, 1) for number in range(len(path))]
    looks = tuple(Look(day, z, bound, x, _down(z)) for (day, z, bound), x in zip(path, places, strict=True))
    bounded = [(look.x, look.bound) for look in looks if look.bound is not None]
    return BoundaryChart(
        looks,
        " ".join(f"{look.x},{look.y}" for look in looks),
        " ".join(f"{x},{_down(bound)}" for x, bound in bounded),
        " ".join(f"{x},{_down(-bound)}" for x, bound in bounded),
    )


def _down(z: float) -> float:
    clamped = max(-MOST, min(MOST, z))
    return round(HEIGHT / 2 - clamped * (HEIGHT / 2 - EDGE) / MOST, 1)
