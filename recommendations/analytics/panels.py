"""Panels: numbers as a table, optionally as a chart, and as a CSV file of the same numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from io import StringIO

from django.utils.formats import date_format, get_format
from django.utils.functional import Promise
from django.utils.translation import get_language

from anirec.lib import numbers
from anirec.lib.charts.bars import Chart, Row, bars, columns
from anirec.lib.charts.lines import LineChart, line_chart

Value = str | Promise | int | float | date | None
MOST_BARS = 20
UNKNOWN = "–"
LABEL, COUNT, SHARE, NUMBER, TIME = "label", "count", "share", "number", "time"


@dataclass(frozen=True)
class Column:
    """kind: number format. A share is 0–1, a time in milliseconds."""

    name: str
    kind: str = COUNT


@dataclass(frozen=True)
class Panel:
    """name: in URLs. says: summary in a sentence. empty: text without data."""

    name: str
    title: str
    says: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    empty: str
    drawing: Chart | LineChart | None = None

    @cached_property
    def said(self) -> list[list[str]]:
        return [[say(value, column.kind) for value, column in zip(row, self.columns, strict=True)] for row in self.rows]

    @property
    def head(self) -> list[str]:
        return [column.name for column in self.columns]

    def csv(self) -> Iterator[str]:
        for row in (self.head, *self.rows):
            line = StringIO()
            csv.writer(line).writerow([_plain(value) for value in row])
            yield line.getvalue()


def table(
    name: str, title: str, says: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]], empty: str
) -> Panel:
    return Panel(name, title, says, tuple(columns), tuple(map(tuple, rows)), empty)


def bar_panel(
    name: str,
    title: str,
    says: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    empty: str,
    at: int = 1,
) -> Panel:
    """Return a panel with bars of column `at` for the first rows; the table has all rows."""
    drawn = [
        Row(str(row[0]), float(value), say(value, columns[at].kind))
        for row in rows[:MOST_BARS]
        if isinstance(value := row[at], int | float)
    ]
    chart = bars(name, title, says, (columns[0].name, columns[at].name), drawn) if drawn else None
    return Panel(name, title, says, tuple(columns), tuple(map(tuple, rows)), empty, chart)


def column_panel(
    name: str, title: str, says: str, heads: Sequence[Column], rows: Sequence[Sequence[Value]], empty: str
) -> Panel:
    """Return a panel with vertical bars of the second column."""
    drawn = [
        Row(str(row[0]), float(value), say(value, heads[1].kind))
        for row in rows
        if isinstance(value := row[1], int | float)
    ]
    chart = columns(name, title, says, (heads[0].name, heads[1].name), drawn) if drawn else None
    return Panel(name, title, says, tuple(heads), tuple(map(tuple, rows)), empty, chart)


def series_panel(
    name: str,
    title: str,
    says: str,
    heads: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    empty: str,
    drawn: int | None = None,
) -> Panel:
    """Return a panel with lines on one scale: all columns over the first one, or only `drawn` of them."""
    last = len(heads) if drawn is None else 1 + drawn
    series = {
        head.name: [float(row[at]) if isinstance(row[at], int | float) else None for row in rows]  # type: ignore[arg-type]
        for at, head in enumerate(heads[1:last], 1)
    }
    has_any = any(value is not None for values in series.values() for value in values)
    labels = [say(row[0], LABEL) for row in rows]
    chart = line_chart(name, labels, series, lambda value: say(value, heads[1].kind)) if has_any else None
    return Panel(name, title, says, tuple(heads), tuple(map(tuple, rows)) if has_any else (), empty, chart)


def say(value: Value, kind: str) -> str:
    """
    >>> say(1234, COUNT), say(0.1234, SHARE), say(None, NUMBER), say(12.3456, NUMBER), say(8.04, TIME)
    ('1,234', '12.3%', '–', '12.346', '8.0 ms')
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, date):
        return _day(value, get_language())
    if not isinstance(value, int | float) or kind == LABEL:
        return str(value)
    if kind == SHARE:
        return numbers.percent(value, 1)
    if kind == COUNT:
        return _number(value, 0)
    return f"{_number(value, 1)} ms" if kind == TIME else _number(value, 3)


def _number(value: float, places: int) -> str:
    """Format a number. With thousands of them, Django's own formatting would take most of a page's time."""
    point, group = _separators(get_language())
    return f"{value:,.{places}f}".translate({ord(","): group, ord("."): point})


@lru_cache
def _separators(language: str | None) -> tuple[str, str]:
    return get_format("DECIMAL_SEPARATOR"), get_format("THOUSAND_SEPARATOR")


@lru_cache(maxsize=2_000)
def _day(day: date, language: str | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _plain(value: Value) -> str:
    """Return the CSV form. A quote prefixes text that spreadsheets would read as a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return f"'{text}" if not isinstance(value, int) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
