"""The franchise timeline: lanes for series, films and the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from anirec.lib.partial_dates import PartialDate
from catalog.models import Title
from catalog.models.titles import Format, Status

WIDTH, LANE, LEFT, TOP = 960, 34, 92, 30
LEAST_WIDTH = 8  # minimum width of a mark
MOST_LABELS = 12  # maximum number of year labels
LANES: tuple[tuple[Any, set[str]], ...] = (
    (_("Series"), {Format.TV, Format.TV_SHORT, Format.ONA}),
    (_("Films"), {Format.MOVIE}),
    (_("Other"), {Format.OVA, Format.SPECIAL, Format.UNKNOWN}),
)


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    width: float
    title: Title


@dataclass(frozen=True)
class Timeline:
    """The timeline's shapes, in view box units."""

    marks: list[Mark]
    lanes: list[tuple[Any, float]]  # name, y of its middle
    years: list[tuple[int, float]]  # year, x of its start
    width: int
    height: int


def timeline(parts: Iterable[Title], today: PartialDate) -> Timeline | None:
    """Draw the timeline. None with fewer than three dated parts."""
    dated = [(part, _place(part.started_on or _year(part))) for part in parts if part.started_on or part.year]
    rows = [(name, formats) for name, formats in LANES if any(part.format in formats for part, _at in dated)]
    points = [(part, at) for part, at in dated if any(part.format in formats for _name, formats in rows)]
    if len(points) < 3:
        return None
    ends = {part.pk: max(at, _end(part, at, today)) for part, at in points}
    first, last = int(min(at for _part, at in points)), int(max(ends.values())) + 1
    scale = (WIDTH - LEFT - 10) / (last - first)
    marks = [
        Mark(
            round(LEFT + (at - first) * scale, 1),
            TOP + LANE * row,
            round(max(LEAST_WIDTH, (ends[part.pk] - at) * scale - 2), 1),
            part,
        )
        for row, (_name, formats) in enumerate(rows)
        for part, at in points
        if part.format in formats
    ]
    step = -(-(last - first) // MOST_LABELS)
    years = [(year, round(LEFT + (year - first) * scale, 1)) for year in range(first, last, step)]
    lanes = [(name, TOP + LANE * row + LANE / 2) for row, (name, _formats) in enumerate(rows)]
    return Timeline(marks, lanes, years, WIDTH, TOP + LANE * len(rows) + 6)


def _year(title: Title) -> PartialDate:
    return PartialDate(title.year or 1)


def _place(date: PartialDate) -> float:
    """Return the date as a number of years; an unknown month counts as mid-year."""
    month = (date.month - 1) if date.month else 6
    return date.year + (month + ((date.day or 15) - 1) / 31) / 12


def _end(title: Title, start: float, today: PartialDate) -> float:
    if title.ended_on:
        return _place(title.ended_on)
    return _place(today) if title.status == Status.AIRING and title.started_on else start
