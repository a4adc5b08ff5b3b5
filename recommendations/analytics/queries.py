"""Queries of the daily counts for staff pages; their number doesn't grow with the period."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Model, QuerySet, Sum
from numpy.typing import NDArray

from anirec.lib.database.columns import copy_columns
from recommendations.analytics.minutes import ALL
from recommendations.analytics.rollup import days
from recommendations.analytics.tally import milliseconds_of
from recommendations.models import AccuracyDay, MembersDay, RequestDay, ServedDay, ShownTitle, WidgetDay
from recommendations.widgets import WIDGETS

SHOWN = ("shown", "clicked", "of_members", "added", "completed", "liked", "hidden")
ERRORS = ("n", "errors", "absolute", "squared", "n_published", "absolute_published", "squared_published")
FALLBACK = ("segment", "popular")  # sources that use little or nothing of the member's list


@dataclass(frozen=True)
class Period:
    """A period including both days. synthetic: whether demo members count."""

    first: date
    last: date
    synthetic: bool = False

    @property
    def days(self) -> list[date]:
        return list(days(self.first, self.last))

    @property
    def before(self) -> Period:
        length = self.last - self.first + timedelta(days=1)
        return Period(self.first - length, self.first - timedelta(days=1), self.synthetic)

    def last_days(self, n: int) -> Period:
        return replace(self, first=max(self.first, self.last - timedelta(days=n - 1)))

    def of(self, table: type[Model]) -> QuerySet[Any]:
        rows = table._default_manager.filter(day__range=(self.first, self.last))
        has_synthetic = any(column.name == "is_synthetic" for column in table._meta.fields)
        return rows.filter(is_synthetic=False) if has_synthetic and not self.synthetic else rows


@dataclass(frozen=True)
class EventFilter:
    """Filter by widget, version, variant and segment; empty values don't filter."""

    chosen: Mapping[str, Any] = field(default_factory=dict)

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(**{name: value for name, value in self.chosen.items() if value not in (None, "")})


Sums = dict[str, float]


def shown_by(period: Period, by: Iterable[str], event_filter: EventFilter | None = None) -> list[dict[str, Any]]:
    """Return impressions and their results, summed by these columns."""
    rows = (event_filter or EventFilter()).of(period.of(WidgetDay))
    return _summed(rows, by, SHOWN)


def errors_by(period: Period, by: Iterable[str]) -> list[dict[str, Any]]:
    return _summed(period.of(AccuracyDay), by, ERRORS)


def members_by_day(period: Period) -> dict[date, dict[str, int]]:
    rows = _summed(period.of(MembersDay), ["day"], ("joined", "active", "active_7", "active_28"))
    return {row["day"]: row for row in rows}


def served_by_day(period: Period) -> dict[date, dict[str, tuple[int, int]]]:
    """Return (lists served, sum of their ages in seconds) by day and source."""
    lists: dict[date, dict[str, tuple[int, int]]] = defaultdict(dict)
    for day, source, n, seconds in period.of(ServedDay).values_list("day", "source", "n", "seconds"):
        lists[day][source] = (n, seconds)
    return lists


def times_by(period: Period, *by: str) -> dict[tuple[Any, ...], Times]:
    """Return response times by these columns."""
    times: dict[tuple[Any, ...], Times] = defaultdict(Times)
    timed = period.of(RequestDay)
    timed = timed.exclude(route=ALL) if "route" in by else timed.filter(route=ALL)
    rows = timed.order_by().values_list(*by, "bucket").annotate(total=Sum("n"))
    for *key, bucket, n in rows:
        times[tuple(key)].add(bucket, n)
    return times


class Times:
    """Histogram of response times."""

    def __init__(self) -> None:
        self.buckets: Counter[int] = Counter()

    def add(self, bucket: int, n: int) -> None:
        self.buckets[bucket] += n

    @property
    def n(self) -> int:
        return self.buckets.total()

    def quantile(self, part: float) -> float | None:
        """Return milliseconds, accurate to 10 %; None without requests.

        >>> times = Times()
        >>> times.add(0, 90); times.add(21, 10)
        >>> round(times.quantile(0.5), 2), round(times.quantile(0.95), 1)
        (0.27, 10.4)
        """
        target, total = part * self.n, 0
        for bucket in sorted(self.buckets):
            total += self.buckets[bucket]
            if total >= target:
                return milliseconds_of(bucket)
        return None

    @classmethod
    def together(cls, many: Iterable[Times]) -> Times:
        total = cls()
        for times in many:
            total.buckets.update(times.buckets)
        return total


def shown_titles(period: Period) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return title ids and their impressions, (n,) each, by widget."""
    rows = period.of(ShownTitle).order_by()
    impressions = {}
    for widget in WIDGETS:
        sums = rows.filter(widget=widget).values_list("title_id").annotate(total=Sum("shown"))
        title_ids, counts = copy_columns(sums, width=2)
        if len(title_ids):
            impressions[widget] = (title_ids, counts)
    return impressions


def fallback_share(lists: Iterable[tuple[str, tuple[int, int]]]) -> float | None:
    """Return the share of lists from a fallback, given (source, (lists served, sum of ages)) pairs."""
    n = dict.fromkeys(FALLBACK, 0) | {"all": 0}
    for source, (served, _seconds) in lists:
        n["all"] += served
        if source in FALLBACK:
            n[source] += served
    return rate(sum(n[source] for source in FALLBACK), n["all"])


def rate(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def root(squares: float, n: float) -> float | None:
    return float(np.sqrt(squares / n)) if n else None


def added_up(rows: Iterable[Mapping[str, Any]], names: Iterable[str]) -> Sums:
    rows = list(rows)
    return {name: sum(row[name] for row in rows) for name in names}


def _summed(rows: QuerySet[Any], by: Iterable[str], names: Iterable[str]) -> list[dict[str, Any]]:
    sums = {f"sum_{name}": Sum(name) for name in names}
    found = rows.order_by(*by).values(*by).annotate(**sums)
    return [{name.removeprefix("sum_"): value for name, value in row.items()} for row in found]
