"""Staff pages about operation: response times, freshness and model drift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from recommendations.analytics import queries
from recommendations.analytics.panels import LABEL, NUMBER, SHARE, TIME, Column, Panel, bar_panel, series_panel, table
from recommendations.analytics.queries import Period, Times, fallback_share, rate
from recommendations.models import DriftReport, RequestDay

SLOWEST = 30
KINDS = RequestDay.Kind
ROUTE_DAYS = 28  # a limit, because there are many routes


# --- Speed and freshness ----------------------------------------------------------------------------------------------


def speed(period: Period) -> list[Panel]:
    by_day = queries.times_by(period, "day", "kind")
    empty = _("No requests in this period. Timings appear after a few minutes.")
    of_kinds = [(kind, Times.together(times for key, times in by_day.items() if key[1] == kind)) for kind in KINDS]
    heads = [Column(_("Median"), TIME), Column(_("p95"), TIME), Column(_("p99"), TIME), Column(_("Requests"))]
    return [
        _response_times(period, by_day, empty),
        bar_panel(
            "kinds",
            _("By request type"),
            _("Median response time of each request type."),
            [Column(_("Type"), LABEL), *heads],
            [(kind.label, *_quantiles(times)) for kind, times in of_kinds if times.n],
            empty,
        ),
        _slowest(period, heads, empty),
        *_freshness(period, queries.served_by_day(period)),
    ]


def _response_times(period: Period, by_day: Mapping[Any, Times], empty: str) -> Panel:
    no_times = Times()
    return series_panel(
        "days",
        _("Response times"),
        _("Server response time, 95th percentile."),
        [Column(_("Day"), LABEL), *(Column(str(kind.label), TIME) for kind in KINDS)],
        [(day, *(by_day.get((day, kind), no_times).quantile(0.95) for kind in KINDS.values)) for day in period.days],
        empty,
    )


def _slowest(period: Period, heads: list[Column], empty: str) -> Panel:
    routes = queries.times_by(period.last_days(ROUTE_DAYS), "kind", "route")
    slowest = sorted(routes.items(), key=lambda item: -(item[1].quantile(0.95) or 0) * item[1].n)[:SLOWEST]
    return bar_panel(
        "routes",
        _("Requests using the most server time"),
        _("Sorted by total time over the last %(n)d days of the period. Bars show the 95th percentile.")
        % {"n": ROUTE_DAYS},
        [Column(_("Page"), LABEL), *heads],
        [(f"{route} ({KINDS(kind).label})", *_quantiles(times)) for (kind, route), times in slowest],
        empty,
        at=2,
    )


def _quantiles(times: Times) -> tuple[float | None, float | None, float | None, int]:
    return times.quantile(0.5), times.quantile(0.95), times.quantile(0.99), times.n


def _freshness(period: Period, served: Mapping[date, Mapping[str, tuple[int, int]]]) -> list[Panel]:
    empty = _("No recommendations served in this period.")
    return [
        _sources(served, empty),
        series_panel(
            "fallback",
            _("Fallback rate"),
            _(
                "Share of recommendations that aren't personal because the member has too few ratings or "
                "no model is live."
            ),
            (Column(_("Day"), LABEL), Column(_("Fallback"), SHARE)),
            [(day, fallback_share(served[day].items()) if day in served else None) for day in period.days],
            empty,
        ),
    ]


def _sources(served: Mapping[date, Mapping[str, tuple[int, int]]], empty: str) -> Panel:
    names = {
        "table": _("precomputed"),
        "live": _("computed live"),
        "segment": _("favourites of similar members"),
        "popular": _("most popular"),
    }
    sums = {source: [0, 0] for source in names}
    for sources in served.values():
        for source, (n, seconds) in sources.items():
            sums[source][0] += n
            sums[source][1] += seconds
    total = sum(n for n, _seconds in sums.values())
    columns = ((_("Source"), LABEL), (_("Share"), SHARE), (_("Mean age (hours)"), NUMBER), (_("Lists"),))
    return bar_panel(
        "sources",
        _("Recommendation sources"),
        _("Source and age of the recommendations served by For you and the API."),
        [Column(*column) for column in columns],
        [(names[source], n / total, rate(seconds / 3600, n), n) for source, (n, seconds) in sums.items() if n],
        empty,
    )


# --- Drift ------------------------------------------------------------------------------------------------------------


def drift(period: Period) -> list[Panel]:
    reports = {
        report.day: report
        for report in DriftReport.objects.filter(day__range=(period.first, period.last)).order_by("day", "version")
    }
    empty = _("No reports in this period. Drift is checked hourly once a model is live and members are active.")
    return [_moved(period, reports, empty), _errors(period, reports, empty), _reports(reports, empty)]


def _moved(period: Period, reports: Mapping[date, DriftReport], empty: str) -> Panel:
    names = sorted({name for report in reports.values() for name in report.stability})
    if not names:
        return table("moved", _("Data drift"), "", [Column(_("Day"), LABEL)], [], empty)
    stability = {day: report.stability for day, report in reports.items()}
    return series_panel(
        "moved",
        _("Data drift"),
        _(
            "Population stability index of current member activity against the training data. Above "
            "0.25 means a different population."
        ),
        [Column(_("Day"), LABEL), *(Column(name.replace("_", " "), NUMBER) for name in names)],
        [(day, *(stability.get(day, {}).get(name) for name in names)) for day in period.days],
        empty,
    )


def _errors(period: Period, reports: Mapping[date, DriftReport], empty: str) -> Panel:
    figures = {day: (report.online_rmse, report.offline_rmse, report.n_outcomes) for day, report in reports.items()}
    return series_panel(
        "errors",
        _("Score prediction error"),
        _("RMSE of the last seven days compared with the RMSE on held-out scores at training time."),
        [Column(_("Day"), LABEL), Column(_("Online"), NUMBER), Column(_("Held-out"), NUMBER), Column(_("Scores"))],
        [(day, *figures.get(day, (None, None, 0))) for day in period.days],
        empty,
        drawn=2,
    )


def _reports(reports: Mapping[date, DriftReport], empty: str) -> Panel:
    columns = (
        (_("Day"), LABEL),
        (_("Model"), LABEL),
        (_("Entries before"),),
        (_("Entries since"),),
        (_("Reason"), LABEL),
    )
    return table(
        "reports",
        _("Reports"),
        _("One report a day. A reason means that retraining was requested."),
        [Column(*column) for column in columns],
        [
            (report.day, str(report.version_id), report.n_before, report.n_now, report.reason)
            for report in reports.values()
        ],
        empty,
    )
