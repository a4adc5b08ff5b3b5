"""Bars and columns as numbers for an SVG that the templates draw.

pygal puts a style and a script element into every chart, and matplotlib style attributes and fonts of its own:
the site's content policy refuses both, and neither follows the page from light to dark. What is left to do is
to place rectangles, so that is what is done here; colours are the stylesheet's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 400.0
HEIGHT = 200.0  # of columns
TOP, BOTTOM = 18.0, 22.0  # room for what stands above a column and below it
GAP = 0.22  # of a column's room
BAR, ROOM = 16.0, 26.0  # a bar's height, and with the space to the next
NAMES = 146.0  # room for a bar's name
VALUES = 60.0  # room for its value
LONGEST = 17  # letters of a name; the table has all of it


@dataclass(frozen=True)
class Row:
    """A named value. said: formatted value. beside: reference value on the same scale. address: link target."""

    label: str
    value: float
    said: str
    beside: float | None = None
    beside_said: str = ""
    address: str = ""


@dataclass(frozen=True)
class Mark:
    """A rectangle with the row it stands for; beside: where the line of what it is compared with is."""

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
    """kind: "columns" or "bars". zero: where 0 is, across for bars, down for columns. head: the table's header."""

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
    """Values from 0 up, side by side. says: what the chart shows, in a sentence.

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
    """Values of named things, one below the other; those below 0 go to the left.

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
