"""Geometry of line charts, which the templates draw as SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400.0, 180.0
LEFT, RIGHT, TOP, BOTTOM = 6.0, 394.0, 20.0, 156.0


@dataclass(frozen=True)
class Line:
    """A line. parts: SVG points of each stretch without gaps."""

    name: str
    place: int
    parts: tuple[str, ...]


@dataclass(frozen=True)
class LineChart:
    """A line chart. first, last: x-axis labels. most: formatted value at the top."""

    name: str
    lines: tuple[Line, ...]
    first: str
    last: str
    most: str
    kind: str = "lines"
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    floor: float = BOTTOM


def line_chart(
    name: str, labels: Sequence[str], series: Mapping[str, Sequence[float | None]], format_value: Callable[[float], str]
) -> LineChart:
    """Return a chart of all series on one scale, from 0 to the largest value. format_value: formats the maximum.

    >>> chart = line_chart("x", ["Mon", "Tue", "Wed"], {"a": [1, 2, None], "b": [None, 4.0, None]}, str)
    >>> [line.parts for line in chart.lines], chart.most
    ([('6.0,122.0 200.0,88.0',), ('200.0,20.0 200.0,20.0',)], '4.0')
    """
    most = max((value for values in series.values() for value in values if value is not None), default=0) or 1
    step = (RIGHT - LEFT) / max(len(labels) - 1, 1)

    def point(place: int, value: float) -> str:
        return f"{round(LEFT + place * step, 1)},{round(BOTTOM - max(value, 0) / most * (BOTTOM - TOP), 1)}"

    lines = []
    for number, (label, values) in enumerate(series.items()):
        parts: list[list[str]] = [[]]
        for place, value in enumerate(values):
            if value is None:
                parts.append([])
            else:
                parts[-1].append(point(place, value))
        lines.append(
            Line(label, number, tuple(" ".join(part if len(part) > 1 else part * 2) for part in parts if part))
        )
    return LineChart(name, tuple(lines), labels[0] if labels else "", labels[-1] if labels else "", format_value(most))
