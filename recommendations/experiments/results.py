"""What an experiment has found so far: from its events to the numbers that staff decide by.

Counted is what a member or visitor did with titles from their first exposure on, for as many days as the experiment's
window has. A unit is judged when its days are over, because only then its outcome can't change any more, and with the
day that ended: so each day is one look. Who saw two variants is left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from recommendations.experiments.collecting import LATE
from recommendations.models import Experiment, Outcome, Variant, WidgetEvent
from recommendations.models.experiments import Metric
from recommendations.statistics.analysis import (
    BROKEN,
    LEAST_UNITS,
    Comparison,
    Rate,
    Units,
    compare,
    sample_ratio,
)
from recommendations.statistics.planner import ALPHA, units_needed

BEFORE = timedelta(days=28)  # of the list's activity that CUPED takes out
LESS_IS_BETTER = {Metric.HIDE}
EVENTS, OUTCOMES = WidgetEvent._meta.db_table, Outcome._meta.db_table
SEEN = "seen"
# In one pass over sorted rows: joins of what was seen with what came of it go wrong while a table is new to the
# planner.
UNITS = f"""
WITH rows AS (
    SELECT COALESCE(member_id, -visitor) AS unit, variant_id, title_id, at,
        CASE kind WHEN {WidgetEvent.Kind.CLICK} THEN '{Metric.CLICK}' ELSE '{SEEN}' END AS what
    FROM {EVENTS} WHERE experiment_id = %(experiment)s
    UNION ALL SELECT member_id, NULL, title_id, at, metric FROM {OUTCOMES}
    WHERE at >= (SELECT min(at) - %(late)s FROM {EVENTS} WHERE experiment_id = %(experiment)s)
), timed AS (
    SELECT *, min(at) FILTER (WHERE what = '{SEEN}') OVER (PARTITION BY unit) AS first,
        min(at) FILTER (WHERE what = '{SEEN}') OVER (PARTITION BY unit, title_id) AS title_seen
    FROM rows
), units AS (
    SELECT unit, first, min(variant_id) FILTER (WHERE what = '{SEEN}') AS variant_id,
        count(DISTINCT variant_id) FILTER (WHERE what = '{SEEN}') AS n_variants,
        array_agg(DISTINCT what) FILTER (
            WHERE what <> '{SEEN}' AND at >= title_seen - %(late)s AND at < first + %(window)s) AS metrics
    FROM timed WHERE first IS NOT NULL GROUP BY unit, first
)
SELECT variant_id, n_variants, extract(epoch FROM first)::float8, COALESCE(metrics, '{{}}'),
    (SELECT count(*) FROM accounts_listentry entry WHERE entry.user_id = unit
     AND entry.created_at < first AND entry.created_at >= first - %(before)s)
FROM units
"""


class Verdict(models.TextChoices):
    BROKEN = (
        "broken",
        _("Sample ratio mismatch: the variants didn't get their planned shares. Ignore the other results."),
    )
    EARLY = "early", _("Too early: not enough data yet.")
    HARM = "harm", _("A guardrail metric got worse. Stop the experiment.")
    BETTER = "better", _("Better than the control variant.")
    WORSE = "worse", _("Worse than the control variant. Stop the experiment.")
    NO_DIFFERENCE = "none", _("Sample complete: no significant difference.")
    OPEN = "open", _("No decision yet.")
    BANDIT = "bandit", _("Weights shift towards the better variant. No significance test runs.")


@dataclass(frozen=True)
class Line:
    """A metric of a variant. lift, low, high: beside the first variant, relative; None where nothing is said.
    direction: 1 decidedly more than the first, -1 less, 0 not decided."""

    metric: str
    variant: str
    n: int
    successes: int
    rate: float
    rate_low: float
    rate_high: float
    lift: float | None = None
    low: float | None = None
    high: float | None = None
    direction: int = 0
    variance_cut: float = 0.0

    @property
    def is_worse(self) -> bool:
        return self.direction == (1 if self.metric in LESS_IS_BETTER else -1)

    @property
    def label(self) -> str:
        return str(Metric(self.metric).label)


@dataclass(frozen=True)
class Report:
    """n_seen: units that saw the widget. n_crossed: of them, those who saw two variants. n_judged: whose days are over.
    shares: (name, seen, expected) of each variant. path: (day, z, boundary) of the primary metric at each look."""

    at: str
    n_seen: int
    n_crossed: int
    n_judged: int
    planned: int
    ratio_p: float
    shares: list[tuple[str, int, float]]
    lines: list[Line]
    path: list[tuple[str, float, float | None]]
    verdict: str

    @property
    def says(self) -> str:
        return str(Verdict(self.verdict).label)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Report:
        return cls(**{**kept, "lines": [Line(**line) for line in kept["lines"]]})


@dataclass(frozen=True)
class Seen:
    """What was read, without those who saw two variants. variant: place; first: seconds; done: by metric. All (n,)."""

    variant: NDArray[np.int64]
    first: NDArray[np.float64]
    activity: NDArray[np.float64]
    done: dict[str, NDArray[np.float64]]
    n_crossed: int

    def judged(self, experiment: Experiment, now: datetime) -> NDArray[np.bool_]:
        return self.days(experiment) < int(now.timestamp() // 86_400)

    def days(self, experiment: Experiment) -> NDArray[np.int64]:
        """(n,) the day, counted from 1970, on which each unit's window is over."""
        return ((self.first + experiment.window.total_seconds()) // 86_400).astype(np.int64)


def report_on(experiment: Experiment, now: datetime | None = None) -> Report:
    """As it is; for one that was stopped, as it was then."""
    if experiment.result:
        return Report.from_json(experiment.result)
    now = now or timezone.now()
    variants = list(experiment.variants.all())
    seen = read_seen(experiment, variants)
    judged = seen.judged(experiment, now)
    units = Units(seen.variant[judged], seen.days(experiment)[judged], np.log1p(seen.activity[judged]))
    outcomes = {metric: values[judged] for metric, values in seen.done.items()}
    lines, primary = _lines(experiment, variants, units, outcomes)
    shares = _shares(experiment, variants, seen)
    ratio_p = sample_ratio([n for _, n, _ in shares], [due for *_, due in shares])
    planned = planned_units(experiment, variants)
    return Report(
        at=now.isoformat(),
        n_seen=len(seen.variant) + seen.n_crossed,
        n_crossed=seen.n_crossed,
        n_judged=len(units.variant),
        planned=planned,
        ratio_p=ratio_p,
        shares=shares,
        lines=lines,
        path=_path(primary),
        verdict=_verdict(experiment, lines, ratio_p, len(units.variant) / planned).value,
    )


def planned_units(experiment: Experiment, variants: list[Variant]) -> int:
    weights = [variant.weight for variant in variants]
    return units_needed(experiment.expected_rate, experiment.least_lift, weights) if len(weights) > 1 else 0


def read_seen(experiment: Experiment, variants: list[Variant]) -> Seen:
    parameters: dict[str, Any] = {
        "experiment": experiment.pk,
        "window": experiment.window,
        "late": LATE,
        "before": BEFORE,
    }
    with connection.cursor() as cursor:
        cursor.execute(UNITS, parameters)
        rows = cursor.fetchall()
    places = {variant.pk: place for place, variant in enumerate(variants)}
    one = [row for row in rows if row[1] == 1]
    return Seen(
        variant=np.array([places[row[0]] for row in one], dtype=np.int64),
        first=np.array([row[2] for row in one], dtype=np.float64),
        activity=np.array([row[4] for row in one], dtype=np.float64),
        done={metric: np.array([metric in row[3] for row in one], dtype=np.float64) for metric in Metric.values},
        n_crossed=len(rows) - len(one),
    )


def _shares(experiment: Experiment, variants: list[Variant], seen: Seen) -> list[tuple[str, int, float]]:
    """What each variant got, and what it was to get, day by day where the weights changed."""
    given = {weights.day: weights.weights for weights in experiment.weights.order_by("day")}
    borders = [datetime.combine(day, datetime.min.time(), UTC).timestamp() for day in given]
    own = {str(variant.pk): variant.weight for variant in variants}
    table = np.array([[row.get(str(v.pk), v.weight) for v in variants] for row in (own, *given.values())])
    share = table / table.sum(axis=1, keepdims=True)
    expected = share[np.searchsorted(borders, seen.first, side="right")].sum(axis=0)
    counts = np.bincount(seen.variant, minlength=len(variants))
    return [(v.name, int(n), float(due)) for v, n, due in zip(variants, counts, expected, strict=True)]


def _lines(
    experiment: Experiment, variants: list[Variant], units: Units, outcomes: dict[str, NDArray[np.float64]]
) -> tuple[list[Line], Comparison | None]:
    """Of every metric and variant; and the primary metric's comparison with the last variant, to be drawn."""
    lines, drawn = [], None
    tested = set() if experiment.is_bandit else {experiment.primary_metric, *experiment.guardrails}
    for metric in sorted(Metric.values, key=lambda name: (name != experiment.primary_metric, name not in tested)):
        for place, variant in enumerate(variants):
            its = units.variant == place
            rate = Rate.of(int(outcomes[metric][its].sum()), int(its.sum()))
            line = Line(metric, variant.name, rate.n, rate.successes, rate.value, rate.low, rate.high)
            if place and metric in tested:
                found = compare(units, outcomes[metric], place, _pair(experiment, variants, place), _alpha(variants))
                drawn = found if metric == experiment.primary_metric else drawn
                line = _with_comparison(line, found)
            lines.append(line)
    return lines, drawn


def _alpha(variants: list[Variant]) -> float:
    """Each of several variants is held to its part of the error."""
    return ALPHA / max(len(variants) - 1, 1)


def _pair(experiment: Experiment, variants: list[Variant], place: int) -> float:
    """How many of the planned units are in this variant and the first one."""
    all_weights = sum(variant.weight for variant in variants)
    return planned_units(experiment, variants) * (variants[0].weight + variants[place].weight) / all_weights


def _with_comparison(line: Line, found: Comparison) -> Line:
    return replace(
        line,
        lift=found.lift,
        low=found.low,
        high=found.high,
        direction=found.direction,
        variance_cut=found.variance_cut,
    )


def _path(found: Comparison | None) -> list[tuple[str, float, float | None]]:
    if found is None:
        return []
    days = np.array(found.days, dtype="datetime64[D]").astype(str).tolist()
    bounds = [bound if np.isfinite(bound) else None for bound in found.bounds.tolist()]
    return list(zip(days, found.z.tolist(), bounds, strict=True))


def _verdict(experiment: Experiment, lines: list[Line], ratio_p: float, done: float) -> Verdict:
    primary = [line for line in lines if line.metric == experiment.primary_metric]
    if ratio_p < BROKEN:
        return Verdict.BROKEN
    if experiment.is_bandit:
        return Verdict.BANDIT
    if not primary or min(line.n for line in primary) < LEAST_UNITS:
        return Verdict.EARLY
    if any(line.is_worse for line in lines if line.metric in experiment.guardrails):
        return Verdict.HARM
    directions = [line.direction for line in primary]
    if 1 in directions:
        return Verdict.BETTER
    if -1 in directions:
        return Verdict.WORSE
    return Verdict.NO_DIFFERENCE if done >= 1 else Verdict.OPEN
