"""The pages about how the site runs: how fast and how fresh it is, and whether its model still fits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from recommendations.analytics import queries
from recommendations.analytics.panels import LABEL, NUMBER, SHARE, TIME, Column, Panel, bar_panel, series_panel, table
from recommendations.analytics.queries import Period, Times, fallback_share, rate
from recommendations.models import DriftReport, RequestDay

SLOWEST = 30
ROUTES_OF = 28  # days: there are many pages


# --- Speed and freshness ----------------------------------------------------------------------------------------------


def speed(period: Period) -> list[Panel]:
    by_day = queries.times_by(period, "day", "kind")
    routes = queries.times_by(period.last_days(ROUTES_OF), "kind", "route")
    served = queries.served_by_day(period)
    empty = _("No requests in this period. Timings appear after a few minutes.")
    kinds = RequestDay.Kind
    no_times = Times()
    series = [
        (day, *(by_day.get((day, kind), no_times).quantile(0.95) for kind in kinds.values)) for day in period.days
    ]
    slowest = sorted(routes.items(), key=lambda item: -(item[1].quantile(0.95) or 0) * item[1].n)[:SLOWEST]
    heads = [
        Column(_("Median"), TIME),
        Column(_("p95"), TIME),
        Column(_("p99"), TIME),
        Column(_("Requests")),
    ]
    of_kinds = [(kind, Times.together(times for key, times in by_day.items() if key[1] == kind)) for kind in kinds]
    return [
        series_panel(
            "days",
            _("Response times"),
            _("Server response time, 95th percentile."),
            [Column(_("Day"), LABEL), *(Column(str(kind.label), TIME) for kind in kinds)],
            series,
            empty,
        ),
        bar_panel(
            "kinds",
            _("By request type"),
            _("Median response time of each request type."),
            [Column(_("Type"), LABEL), *heads],
            [(kind.label, *_quantiles(times)) for kind, times in of_kinds if times.n],
            empty,
        ),
        bar_panel(
            "routes",
            _("Slowest pages"),
            _(
                "Sorted by total time over the last %(n)d days of the period. Bars show the time 95 %% of "
                "requests stay under."
            )
            % {"n": ROUTES_OF},
            [Column(_("Page"), LABEL), *heads],
            [(f"{route} ({kinds(kind).label})", *_quantiles(times)) for (kind, route), times in slowest],
            empty,
            at=2,
        ),
        *_freshness(period, served),
    ]


def _quantiles(times: Times) -> tuple[float | None, float | None, float | None, int]:
    return times.quantile(0.5), times.quantile(0.95), times.quantile(0.99), times.n


def _freshness(period: Period, served: Mapping[date, Mapping[str, tuple[int, int]]]) -> list[Panel]:
    names = {
        "table": _("precomputed"),
        "live": _("computed live"),
        "segment": _("favourites of similar members"),
        "popular": _("most popular"),
    }
    empty = _("No recommendations served in this period.")
    sums = {source: [0, 0] for source in names}
    for sources in served.values():
        for source, (n, seconds) in sources.items():
            sums[source][0] += n
            sums[source][1] += seconds
    total = sum(n for n, _seconds in sums.values())
    rows = [(names[source], n / total, rate(seconds / 3600, n), n) for source, (n, seconds) in sums.items() if n]
    heads = (
        Column(_("Source"), LABEL),
        Column(_("Share"), SHARE),
        Column(_("Mean age (hours)"), NUMBER),
        Column(_("Lists")),
    )
    days = [(day, fallback_share(served[day].items()) if day in served else None) for day in period.days]
    return [
        bar_panel(
            "sources",
            _("Recommendation sources"),
            _("Source and age of the recommendations served by For you and the API."),
            heads,
            rows,
            empty,
        ),
        series_panel(
            "fallback",
            _("Fallback rate"),
            _(
                "Share of recommendations that aren't personal because the member has too few ratings or "
                "no model is live."
            ),
            (Column(_("Day"), LABEL), Column(_("Fallback"), SHARE)),
            days,
            empty,
        ),
    ]


# --- Drift ------------------------------------------------------------------------------------------------------------


def drift(period: Period) -> list[Panel]:
    reports = {
        report.day: report
        for report in DriftReport.objects.filter(day__range=(period.first, period.last)).order_by("day", "version")
    }
    names = sorted({name for report in reports.values() for name in report.stability})
    empty = _("No reports in this period. Drift is checked hourly once a model is live and members are active.")
    moved = [
        (day, *((reports[day].stability.get(name) if day in reports else None) for name in names))
        for day in period.days
    ]
    errors = [
        (
            day,
            *(
                (reports[day].online_rmse, reports[day].offline_rmse, reports[day].n_outcomes)
                if day in reports
                else (None, None, 0)
            ),
        )
        for day in period.days
    ]
    reasons = [
        (report.day, str(report.version_id), report.n_before, report.n_now, report.reason)
        for report in reports.values()
    ]
    return [
        series_panel(
            "moved",
            _("Data drift"),
            _(
                "Population stability index of current member activity against the training data. Above "
                "0.25 means a different population."
            ),
            [Column(_("Day"), LABEL), *(Column(name.replace("_", " "), NUMBER) for name in names)],
            moved,
            empty,
        )
        if names
        else table("moved", _("Data drift"), "", [Column(_("Day"), LABEL)], [], empty),
        series_panel(
            "errors",
            _("Score prediction error"),
            _("RMSE of the last seven days compared with the RMSE on held-out scores at training time."),
            [Column(_("Day"), LABEL), Column(_("Online"), NUMBER), Column(_("Held-out"), NUMBER), Column(_("Scores"))],
            errors,
            empty,
            drawn=2,
        ),
        table(
            "reports",
            _("Reports"),
            _("One report a day. A reason means that retraining was requested."),
            [
                Column(_("Day"), LABEL),
                Column(_("Model"), LABEL),
                Column(_("Entries before")),
                Column(_("Entries since")),
                Column(_("Reason"), LABEL),
            ],
            reasons,
            empty,
        ),
    ]
