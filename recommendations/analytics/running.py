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
    empty = _(
        "No request was timed in these days. They are counted from the first one on, and appear after a few minutes."
    )
    kinds = RequestDay.Kind
    no_times = Times()
    series = [
        (day, *(by_day.get((day, kind), no_times).quantile(0.95) for kind in kinds.values)) for day in period.days
    ]
    slowest = sorted(routes.items(), key=lambda item: -(item[1].quantile(0.95) or 0) * item[1].n)[:SLOWEST]
    heads = [
        Column(_("Median"), TIME),
        Column(_("95 % within"), TIME),
        Column(_("99 % within"), TIME),
        Column(_("Requests")),
    ]
    of_kinds = [(kind, Times.together(times for key, times in by_day.items() if key[1] == kind)) for kind in kinds]
    return [
        series_panel("days", _("How long requests take"), _("What nearly all requests stay within (95 %), on the server."),
                     [Column(_("Day"), LABEL), *(Column(str(kind.label), TIME) for kind in kinds)], series, empty),
        bar_panel("kinds", _("By kind"), _("The middle request of each kind."), [Column(_("Kind"), LABEL), *heads],
                  [(kind.label, *_quantiles(times)) for kind, times in of_kinds if times.n], empty),
        bar_panel("routes", _("What takes most"), _("In the last %(n)d days of these, those first on which most time was spent. The bar is what 95 %% stay within.") % {"n": ROUTES_OF},
                  [Column(_("Page"), LABEL), *heads],
                  [(f"{route} ({kinds(kind).label})", *_quantiles(times)) for (kind, route), times in slowest], empty, at=2),
        *_freshness(period, served),
    ]  # fmt: skip


def _quantiles(times: Times) -> tuple[float | None, float | None, float | None, int]:
    return times.quantile(0.5), times.quantile(0.95), times.quantile(0.99), times.n


def _freshness(period: Period, served: Mapping[date, Mapping[str, tuple[int, int]]]) -> list[Panel]:
    names = {"table": _("computed ahead"), "live": _("computed live"), "segment": _("what the like-minded like"), "popular": _("what most people know")}  # fmt: skip
    empty = _("No list of suggestions was served in these days.")
    sums = {source: [0, 0] for source in names}
    for sources in served.values():
        for source, (n, seconds) in sources.items():
            sums[source][0] += n
            sums[source][1] += seconds
    total = sum(n for n, _seconds in sums.values())
    rows = [(names[source], n / total, rate(seconds / 3600, n), n) for source, (n, seconds) in sums.items() if n]
    heads = (
        Column(_("Where from"), LABEL),
        Column(_("Share"), SHARE),
        Column(_("Mean age, hours"), NUMBER),
        Column(_("Lists")),
    )
    days = [(day, fallback_share(served[day].items()) if day in served else None) for day in period.days]
    return [
        bar_panel("sources", _("Where lists come from"), _("Lists of suggestions that For you and the API served, and how old they were."), heads, rows, empty),
        series_panel("fallback", _("Fallback share"), _("The part of the lists that is not of the member's own model: too little is known of them, or no model is there."),
                     (Column(_("Day"), LABEL), Column(_("Fallback"), SHARE)), days, empty),
    ]  # fmt: skip


# --- Drift ------------------------------------------------------------------------------------------------------------


def drift(period: Period) -> list[Panel]:
    reports = {
        report.day: report
        for report in DriftReport.objects.filter(day__range=(period.first, period.last)).order_by("day", "version")
    }
    names = sorted({name for report in reports.values() for name in report.stability})
    empty = _(
        "No report in these days. The model is looked at every hour, once there is one and its members are active."
    )
    moved = [
        (day, *((reports[day].stability.get(name) if day in reports else None) for name in names))
        for day in period.days
    ]
    errors = [
        (day, *((reports[day].online_rmse, reports[day].offline_rmse, reports[day].n_outcomes) if day in reports else (None, None, 0)))
        for day in period.days
    ]  # fmt: skip
    reasons = [
        (report.day, str(report.version_id), report.n_before, report.n_now, report.reason)
        for report in reports.values()
    ]
    return [
        series_panel("moved", _("How far lists have moved"), _("Population stability index of what members do now against before the model was made. Above 0.25 it counts as another population."),
                     [Column(_("Day"), LABEL), *(Column(name.replace("_", " "), NUMBER) for name in names)], moved, empty) if names
        else table("moved", _("How far lists have moved"), "", [Column(_("Day"), LABEL)], [], empty),
        series_panel("errors", _("Error of predicted scores"), _("RMSE of the last seven days beside that on held-out scores when the model was made."),
                     [Column(_("Day"), LABEL), Column(_("Online"), NUMBER), Column(_("Held out"), NUMBER), Column(_("Scores"))], errors, empty, drawn=2),
        table("reports", _("Reports"), _("One a day; a reason says that a new model was called for."),
              [Column(_("Day"), LABEL), Column(_("Model"), LABEL), Column(_("Entries before")), Column(_("Entries since")), Column(_("Reason"), LABEL)], reasons, empty),
    ]  # fmt: skip
