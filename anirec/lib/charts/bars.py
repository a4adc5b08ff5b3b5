"""Geometry of bar and column charts, which the templates draw as SVG.

pygal adds style and script elements to every chart, and matplotlib adds style attributes and its own fonts. The
Content-Security-Policy blocks both, and neither follows the light and dark themes. So this module only places
rectangles, and the stylesheet sets the colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 400.0
HEIGHT = 200.0  # of a column chart
TOP, BOTTOM = 18.0, 22.0  # space for the labels above and below a column
GAP = 0.22  # share of a column's slot
BAR, ROOM = 16.0, 26.0  # a bar's height, without and with the gap below
NAMES = 146.0  # space for a bar's name
VALUES = 60.0  # space for its value
LONGEST = 17  # characters of a name; the table shows it in full


@dataclass(frozen=True)
class Row:
    """A labelled value. said: formatted value. beside: reference value on the same scale. address: link target."""

    label: str
    value: float
    said: str
    beside: float | None = None
    beside_said: str = ""
    address: str = ""


@dataclass(frozen=True)
class Mark:
    """A row's rectangle. short: its label, truncated to fit. beside: y of the reference line."""

    row: Row
    x: float
    y: float
    width: float
    height: float
    short: str
    beside: float | None = None
    is_negative: bool = False

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width


@dataclass(frozen=True)
class Chart:
    """A chart. kind: "columns" or "bars". zero: position of 0 (x for bars, y for columns). head: table header."""

    kind: str
    name: str
    title: str
    says: str
    head: tuple[str, ...]
    marks: tuple[Mark, ...]
    width: float
    height: float
    zero: float

    @property
    def has_beside(self) -> bool:
        return any(mark.row.beside is not None for mark in self.marks)


def columns(name: str, title: str, says: str, head: Sequence[str], rows: Sequence[Row]) -> Chart:
    """Return a column chart of values from 0 up. says: a one-sentence summary.

    >>> chart = columns("x", "Scores", "Mostly eights.", ("Score", "Titles"), [Row("8", 4, "4"), Row("9", 2, "2", 1)])
    >>> [(mark.height, mark.beside) for mark in chart.marks]
    [(160.0, None), (80.0, 138.0)]
    """
    floor = HEIGHT - BOTTOM
    most = max([row.value for row in rows] + [row.beside or 0 for row in rows], default=0) or 1
    unit, room = (floor - TOP) / most, WIDTH / max(len(rows), 1)
    marks = tuple(
        Mark(
            row,
            x=_rounded(place * room + room * GAP / 2),
            y=_rounded(floor - row.value * unit),
            width=_rounded(room * (1 - GAP)),
            height=_rounded(row.value * unit),
            short=row.label,
            beside=None if row.beside is None else _rounded(floor - row.beside * unit),
        )
        for place, row in enumerate(rows)
    )
    return Chart("columns", name, title, says, tuple(head), marks, WIDTH, HEIGHT, floor)


def bars(name: str, title: str, says: str, head: Sequence[str], rows: Sequence[Row]) -> Chart:
    """Return a bar chart, one bar per row. Negative values extend to the left.

    >>> chart = bars("x", "Genres", "Drama.", ("Genre", "n"), [Row("Drama", 1.0, "+1"), Row("Mecha", -0.5, "−0.5")])
    >>> [(mark.x, mark.width, mark.is_negative) for mark in chart.marks]
    [(210.7, 129.3, False), (146.0, 64.7, True)]
    """
    most = max((row.value for row in rows), default=0)
    least = min([row.value for row in rows] + [0.0])
    most = max(most, 0.0)
    unit = (WIDTH - NAMES - VALUES) / ((most - least) or 1)
    zero = NAMES - least * unit
    marks = tuple(
        Mark(
            row,
            x=_rounded(zero + min(row.value, 0) * unit),
            y=_rounded(place * ROOM + (ROOM - BAR) / 2),
            width=_rounded(abs(row.value) * unit),
            height=BAR,
            short=row.label if len(row.label) <= LONGEST else row.label[: LONGEST - 1].rstrip() + "…",
            is_negative=row.value < 0,
        )
        for place, row in enumerate(rows)
    )
    return Chart("bars", name, title, says, tuple(head), marks, WIDTH, max(len(rows), 1) * ROOM, _rounded(zero))


def _rounded(value: float) -> float:
    return round(float(value), 1)
