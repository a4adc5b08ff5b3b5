"""Analytics pages for staff: key numbers and panels of each, from the daily counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from accounts.models import User
from catalog.models import Title
from catalog.titles.cards import title_cards
from catalog.titles.names import name_for
from recommendations.analytics import queries
from recommendations.analytics.panels import (
    COUNT,
    LABEL,
    NUMBER,
    SHARE,
    TIME,
    Column,
    Panel,
    Value,
    bar_panel,
    column_panel,
    series_panel,
    table,
)
from recommendations.analytics.queries import SHOWN, EventFilter, Period, added_up, rate, root
from recommendations.engine.metrics.ranking import gini
from recommendations.models import CohortWeek, ModelVersion, RequestDay, Variant
from recommendations.statistics.analysis import Rate
from recommendations.widgets import WIDGETS

MOST_SHOWN = 50
AGES = 13  # weeks per cohort in the table


@dataclass(frozen=True)
class KeyNumber:
    """A key number. kind: its format. before: its value in the previous period."""

    name: str
    kind: str
    now: float | None
    before: float | None

    @property
    def change(self) -> float | None:
        return self.now / self.before - 1 if self.now is not None and self.before else None


def no_events() -> str:
    return _(
        "No data for this period. Impressions and clicks are counted while an experiment runs on a widget and "
        "appear within an hour."
    )


# --- Overview ---------------------------------------------------------------------------------------------------------


def overview(period: Period) -> tuple[list[KeyNumber], list[Panel]]:
    both = Period(period.before.first, period.last, period.synthetic)
    members, served = queries.members_by_day(both), queries.served_by_day(both)
    shown = {row["day"]: row for row in queries.shown_by(both, ["day"])}
    errors = {row["day"]: row for row in queries.errors_by(both, ["day"])}
    numbers = []
    halves = [_half(half, members, shown, errors, served) for half in (period, period.before)]
    for (name, kind, now), (*_same, before) in zip(*halves, strict=True):
        numbers.append(KeyNumber(name, kind, now, before))
    return numbers, [
        _active(period, members),
        series_panel(
            "rates",
            _("Recommendation results"),
            _("Share of shown titles opened, and share added to a list within a week, by the day they were shown."),
            (
                Column(_("Day"), LABEL),
                Column(_("Opened"), SHARE),
                Column(_("Added to list"), SHARE),
                Column(_("Shown")),
            ),
            [(day, *_two_rates(shown.get(day)), shown.get(day, {}).get("shown", 0)) for day in period.days],
            no_events(),
            drawn=2,
        ),
    ]


def _half(
    period: Period,
    members: Mapping[date, Mapping[str, int]],
    shown: Mapping[date, Mapping[str, Any]],
    errors: Mapping[date, Mapping[str, Any]],
    served: Mapping[date, Mapping[str, tuple[int, int]]],
) -> list[tuple[str, str, float | None]]:
    """Return (name, kind, value) of each key number."""
    days = period.days
    results = added_up((shown[day] for day in days if day in shown), SHOWN)
    error_sums = added_up((errors[day] for day in days if day in errors), ("n", "squared"))
    last = next((members[day] for day in reversed(days) if day in members), None)
    lists = [source for day in days for source in served.get(day, {}).items()]
    kinds = RequestDay.Kind
    times = queries.times_by(period, "kind")
    joined = sum(members[day]["joined"] for day in days if day in members)
    return [
        (_("Active members, 28 days"), COUNT, last["active_28"] if last else None),
        (_("New members"), COUNT, joined),
        (_("Titles shown"), COUNT, results["shown"]),
        (_("Opened"), SHARE, rate(results["clicked"], results["shown"])),
        (_("Added to list"), SHARE, rate(results["added"], results["of_members"])),
        (_("Score prediction error (RMSE)"), NUMBER, root(error_sums["squared"], error_sums["n"])),
        (_("Page response time, p95"), TIME, times[kinds.PAGE.value,].quantile(0.95)),
        (_("API response time, p95"), TIME, times[kinds.API.value,].quantile(0.95)),
        (_("Fallback rate"), SHARE, queries.fallback_share(lists)),
    ]


def _active(period: Period, members: Mapping[date, Mapping[str, int]]) -> Panel:
    names = ("active", "active_7", "active_28")
    return series_panel(
        "active",
        _("Active members"),
        _("Members who used the site in the last 1, 7 and 28 days."),
        (Column(_("Day"), LABEL), Column(_("1 day")), Column(_("7 days")), Column(_("28 days"))),
        [(day, *(members[day][name] if day in members else None for name in names)) for day in period.days],
        _("No data yet. Active members are counted once a day."),
    )


# --- Recommendations --------------------------------------------------------------------------------------------------


def recommendations(period: Period, event_filter: EventFilter) -> list[Panel]:
    variants = {
        variant.pk: f"{variant.experiment.name}: {variant.name}"
        for variant in Variant.objects.select_related("experiment")
    }
    versions = {version.pk: str(version) for version in ModelVersion.objects.defer("metrics", "parameters")}
    by = {
        name: queries.shown_by(period, [name], event_filter)
        for name in ("day", "widget", "version", "variant", "segment")
    }
    panels = [
        _rates(
            "widgets",
            _("By widget"),
            by["widget"],
            "widget",
            {slug: str(widget.name) for slug, widget in WIDGETS.items()},
        ),
        _rates("models", _("By model"), by["version"], "version", {**versions, None: _("No model")}),
        _rates("variants", _("By variant"), by["variant"], "variant", {**variants, None: _("Without an experiment")}),
        _rates("segments", _("By segment"), by["segment"], "segment", {"": _("No segment or visitor")}),
    ]
    by_day = {row["day"]: row for row in by["day"]}
    series = series_panel(
        "days",
        _("By day"),
        _(
            "Share of shown titles opened, and share added to a list within a week, by the day they were shown. "
            "The last seven days are incomplete."
        ),
        (Column(_("Day"), LABEL), Column(_("Opened"), SHARE), Column(_("Added to list"), SHARE), Column(_("Shown"))),
        [(day, *_two_rates(by_day.get(day)), by_day.get(day, {}).get("shown", 0)) for day in period.days],
        no_events(),
        drawn=2,
    )
    return [series, *panels]


def _rates(name: str, title: str, rows: list[dict[str, Any]], by: str, names: Mapping[Any, str]) -> Panel:
    heads = [
        Column(title, LABEL),
        Column(_("Opened"), SHARE),
        Column(_("lower bound"), SHARE),
        Column(_("upper bound"), SHARE),
    ]
    heads += [Column(_("Added to list"), SHARE), Column(_("lower bound"), SHARE), Column(_("upper bound"), SHARE)]
    heads += [Column(_("Completed"), SHARE), Column(_("Scored 8 or better"), SHARE), Column(_("Not interested"), SHARE)]
    heads += [Column(_("Shown")), Column(_("Shown to members"))]
    lines = [(names.get(row[by], str(row[by])), *_line(row)) for row in sorted(rows, key=lambda row: -row["shown"])]
    says = _("Share of shown titles that were opened. The table adds intervals (95 %).")
    return bar_panel(name, title, says, heads, lines, no_events())


def _line(sums: Mapping[str, float]) -> tuple[Any, ...]:
    shown, members = int(sums["shown"]), int(sums["of_members"])
    opened, added = Rate.of(int(sums["clicked"]), shown), Rate.of(int(sums["added"]), members)
    later = (rate(sums[name], members) for name in ("completed", "liked", "hidden"))
    add_rate = (added.value, added.low, added.high) if members else (None, None, None)
    return (opened.value, opened.low, opened.high, *add_rate, *later, shown, members)


def _two_rates(sums: Mapping[str, Any] | None) -> tuple[float | None, float | None]:
    return (rate(sums["clicked"], sums["shown"]), rate(sums["added"], sums["of_members"])) if sums else (None, None)


# --- Retention --------------------------------------------------------------------------------------------------------


def retention(period: Period) -> list[Panel]:
    """Return the panels of cohorts that joined in the period."""
    cohorts = CohortWeek.objects.filter(week__range=(period.first, period.last), age__lt=AGES)
    if not period.synthetic:
        cohorts = cohorts.filter(is_synthetic=False)
    sizes: dict[date, dict[int, list[int]]] = {}
    for week, age, members, active in cohorts.order_by("week", "age").values_list("week", "age", "members", "active"):
        both = sizes.setdefault(week, {}).setdefault(age, [0, 0])
        both[0] += members
        both[1] += active
    ages = range(AGES)
    average: list[tuple[Value, ...]] = []
    for age in ages:
        cells = [by_age[age] for by_age in sizes.values() if age in by_age]
        members, active = (sum(cell[i] for cell in cells) for i in (0, 1))
        if members:
            average.append((str(age), active / members, members, active))
    empty = _("No cohorts yet. A cohort appears two weeks after its first day.")
    heads = ((_("Weeks after joining"), LABEL), (_("Active"), SHARE), (_("Joined"),), (_("Still active"),))
    says = _("Share of members who joined in this period and were active in each later week. Week 0 is the first.")
    return [
        column_panel("average", _("Retention"), says, [Column(*head) for head in heads], average, empty),
        _cohorts(sizes, ages, empty),
        _active(period, queries.members_by_day(period)),
    ]


def _cohorts(sizes: Mapping[date, Mapping[int, Sequence[int]]], ages: range, empty: str) -> Panel:
    """sizes: week joined → age in weeks → (members, active)."""
    rows = [
        (week, by_age[0][0], *(rate(by_age[age][1], by_age[age][0]) if age in by_age else None for age in ages))
        for week, by_age in sizes.items()
    ]
    return table(
        "cohorts",
        _("Retention by weekly cohort"),
        _("Share of each week's new members who were active n weeks later."),
        (Column(_("Week joined"), LABEL), Column(_("Joined")), *(Column(str(age), SHARE) for age in ages)),
        rows,
        empty,
    )


# --- Accuracy ---------------------------------------------------------------------------------------------------------


def accuracy(period: Period) -> list[Panel]:
    rows = queries.errors_by(period, ["day", "version", "segment"])
    versions = {version.pk: str(version) for version in ModelVersion.objects.defer("metrics", "parameters")}
    empty = _("No data for this period. Members must score titles the model wasn't trained on.")
    heads = [Column(_("Model, RMSE"), NUMBER), Column(_("Shown score, RMSE"), NUMBER), Column(_("Model, MAE"), NUMBER)]
    heads += [Column(_("Shown score, MAE"), NUMBER), Column(_("Mean error"), NUMBER), Column(_("Scores"))]
    heads += [Column(_("Shown to the member before"))]
    says = _(
        "Error of predicted scores against the scores members gave later: the model without that title, and the "
        "score shown in the member's recommendations."
    )
    by_day = _errors(rows, "day")
    return [
        series_panel(
            "days",
            _("By day"),
            says,
            [Column(_("Day"), LABEL), *heads],
            [(day, *by_day.get(day, (None,) * 5 + (0, 0))) for day in period.days],
            empty,
            drawn=2,
        ),
        bar_panel(
            "models",
            _("By model"),
            says,
            [Column(_("Model"), LABEL), *heads],
            [(versions.get(key, str(key)), *errors) for key, errors in _errors(rows, "version").items()],
            empty,
        ),
        bar_panel(
            "segments",
            _("By segment"),
            says,
            [Column(_("Segment"), LABEL), *heads],
            [(key or _("No segment"), *errors) for key, errors in _errors(rows, "segment").items()],
            empty,
        ),
    ]


def _errors(rows: list[dict[str, Any]], by: str) -> dict[Any, tuple[Any, ...]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[by], []).append(row)
    errors = {}
    for key, group in groups.items():
        sums = added_up(group, queries.ERRORS)
        n, published = sums["n"], sums["n_published"]
        errors[key] = (
            root(sums["squared"], n),
            root(sums["squared_published"], published),
            rate(sums["absolute"], n),
            rate(sums["absolute_published"], published),
            rate(sums["errors"], n),
            int(n),
            int(published),
        )
    return errors


# --- Impressions ------------------------------------------------------------------------------------------------------


def shown(period: Period, viewer: User) -> list[Panel]:
    counts = queries.shown_titles(period)
    n_titles = Title.objects.visible_to(None).recommendable().count()
    every = _together(list(counts.values()))
    parts = [*((str(WIDGETS[slug].name), pair) for slug, pair in counts.items()), (_("All"), every)]
    rows = [(name, *_concentration(pair[1], n_titles), int(pair[1].sum())) for name, pair in parts if len(pair[0])]
    heads = [Column(_("Widget"), LABEL), Column(_("Coverage"), SHARE), Column(_("Concentration (Gini)"), NUMBER)]
    heads += [Column(_("Share of the top 100"), SHARE), Column(_("Titles")), Column(_("Shown"))]
    says = _(
        "Coverage is the share of the catalogue shown at least once. Concentration is 0 if all titles are shown "
        "equally often, 1 if always the same one."
    )
    return [
        bar_panel("coverage", _("Coverage and concentration"), says, heads, rows, no_events()),
        _most_shown(every, viewer),
    ]


Counts = tuple[NDArray[np.int64], NDArray[np.int64]]


def _together(pairs: list[Counts]) -> Counts:
    ids = np.concatenate([pair[0] for pair in pairs]) if pairs else np.zeros(0, np.int64)
    counts = np.concatenate([pair[1] for pair in pairs]) if pairs else np.zeros(0, np.int64)
    titles, place = np.unique(ids, return_inverse=True)
    return titles, np.bincount(place, counts, minlength=len(titles)).astype(np.int64)


def _concentration(counts: NDArray[np.int64], n_titles: int) -> tuple[float, float, float, int]:
    n = max(n_titles, len(counts))
    everything = np.zeros(n, dtype=np.int64)
    everything[: len(counts)] = counts
    top = float(np.sort(counts)[-100:].sum() / counts.sum())
    return len(counts) / n, gini(everything), top, len(counts)


def _most_shown(every: Counts, viewer: User) -> Panel:
    order = np.lexsort((every[0], -every[1]))[:MOST_SHOWN]
    may_see = set(
        Title.objects.visible_to(viewer).filter(pk__in=every[0][order].tolist()).order_by().values_list("pk", flat=True)
    )
    cards = title_cards(sorted(may_see))
    total = int(every[1].sum()) if len(every[1]) else 0
    rows = [
        (name_for(cards[pk], viewer), n, n / total)
        for pk, n in zip(every[0][order].tolist(), every[1][order].tolist(), strict=True)
        if pk in cards
    ]
    heads = (Column(_("Title"), LABEL), Column(_("Shown")), Column(_("Share"), SHARE))
    return bar_panel(
        "most",
        _("Most shown titles"),
        _("Number of people shown each title, counted once a day."),
        heads,
        rows,
        no_events(),
    )
