"""Results of an experiment: from its events to the numbers staff decide by.

A unit's actions count from its first exposure until the experiment's window has passed. It is judged once the day on
which its window ends is over, because its outcome is final then; so each day is one look. Units that saw two variants
are excluded.
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

BEFORE = timedelta(days=28)  # list activity before the first exposure, CUPED's covariate
LESS_IS_BETTER = {Metric.HIDE}
EVENTS, OUTCOMES = WidgetEvent._meta.db_table, Outcome._meta.db_table
SEEN = "seen"
# One pass over sorted rows, because PostgreSQL plans joins of exposures and outcomes badly on new tables.
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
    """A metric of a variant. lift, low, high: relative to the first variant; None if untested or too early.
    direction: 1 significantly higher than the first, -1 lower, 0 undecided."""

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
    """n_seen: units that saw the widget. n_crossed: units that saw two variants. n_judged: units whose window ended.
    shares: (name, observed, expected) of each variant. path: (day, z, boundary) of the primary metric at each look."""

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
    def from_json(cls, data: dict[str, Any]) -> Report:
        return cls(**{**data, "lines": [Line(**line) for line in data["lines"]]})


@dataclass(frozen=True)
class Sample:
    """Units that saw one variant, as (n,) arrays. variant: index. first: first exposure, Unix time. done: by metric."""

    variant: NDArray[np.int64]
    first: NDArray[np.float64]
    activity: NDArray[np.float64]
    done: dict[str, NDArray[np.float64]]
    n_crossed: int

    def judged(self, experiment: Experiment, now: datetime) -> NDArray[np.bool_]:
        return self.days(experiment) < int(now.timestamp() // 86_400)

    def days(self, experiment: Experiment) -> NDArray[np.int64]:
        """Return the day, counted from 1970, on which each unit's window ends: (n,)."""
        return ((self.first + experiment.window.total_seconds()) // 86_400).astype(np.int64)


def report_on(experiment: Experiment, now: datetime | None = None) -> Report:
    """Return the current report, or the stored one of a stopped experiment."""
    if experiment.result:
        return Report.from_json(experiment.result)
    now = now or timezone.now()
    variants = list(experiment.variants.all())
    sample = read_sample(experiment, variants)
    judged = sample.judged(experiment, now)
    units = Units(sample.variant[judged], sample.days(experiment)[judged], np.log1p(sample.activity[judged]))
    outcomes = {metric: values[judged] for metric, values in sample.done.items()}
    lines, primary = _lines(experiment, variants, units, outcomes)
    shares = _shares(experiment, variants, sample)
    ratio_p = sample_ratio([n for _, n, _ in shares], [expected for *_, expected in shares])
    planned = planned_units(experiment, variants)
    return Report(
        at=now.isoformat(),
        n_seen=len(sample.variant) + sample.n_crossed,
        n_crossed=sample.n_crossed,
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


def read_sample(experiment: Experiment, variants: list[Variant]) -> Sample:
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
    uncrossed = [row for row in rows if row[1] == 1]
    return Sample(
        variant=np.array([places[row[0]] for row in uncrossed], dtype=np.int64),
        first=np.array([row[2] for row in uncrossed], dtype=np.float64),
        activity=np.array([row[4] for row in uncrossed], dtype=np.float64),
        done={metric: np.array([metric in row[3] for row in uncrossed], dtype=np.float64) for metric in Metric.values},
        n_crossed=len(rows) - len(uncrossed),
    )


def _shares(experiment: Experiment, variants: list[Variant], sample: Sample) -> list[tuple[str, int, float]]:
    """Return (name, observed, expected) units of each variant, by the weights of each unit's day."""
    daily = {weights.day: weights.weights for weights in experiment.weights.order_by("day")}
    borders = [datetime.combine(day, datetime.min.time(), UTC).timestamp() for day in daily]
    own = {str(variant.pk): variant.weight for variant in variants}
    table = np.array([[row.get(str(v.pk), v.weight) for v in variants] for row in (own, *daily.values())])
    share = table / table.sum(axis=1, keepdims=True)
    expected = share[np.searchsorted(borders, sample.first, side="right")].sum(axis=0)
    counts = np.bincount(sample.variant, minlength=len(variants))
    return [(v.name, int(n), float(target)) for v, n, target in zip(variants, counts, expected, strict=True)]


def _lines(
    experiment: Experiment, variants: list[Variant], units: Units, outcomes: dict[str, NDArray[np.float64]]
) -> tuple[list[Line], Comparison | None]:
    """Return a line per metric and variant, and the primary metric's comparison of the last variant, for the chart."""
    lines, primary = [], None
    tested = set() if experiment.is_bandit else {experiment.primary_metric, *experiment.guardrails}
    for metric in sorted(Metric.values, key=lambda name: (name != experiment.primary_metric, name not in tested)):
        for place, variant in enumerate(variants):
            is_in_variant = units.variant == place
            rate = Rate.of(int(outcomes[metric][is_in_variant].sum()), int(is_in_variant.sum()))
            line = Line(metric, variant.name, rate.n, rate.successes, rate.value, rate.low, rate.high)
            if place and metric in tested:
                comparison = compare(
                    units, outcomes[metric], place, _pair(experiment, variants, place), _alpha(variants)
                )
                primary = comparison if metric == experiment.primary_metric else primary
                line = _with_comparison(line, comparison)
            lines.append(line)
    return lines, primary


def _alpha(variants: list[Variant]) -> float:
    """Return the error per comparison: an equal part for each variant but the first."""
    return ALPHA / max(len(variants) - 1, 1)


def _pair(experiment: Experiment, variants: list[Variant], place: int) -> float:
    """Return the planned units of this variant and the first one together."""
    all_weights = sum(variant.weight for variant in variants)
    return planned_units(experiment, variants) * (variants[0].weight + variants[place].weight) / all_weights


def _with_comparison(line: Line, comparison: Comparison) -> Line:
    return replace(
        line,
        lift=comparison.lift,
        low=comparison.low,
        high=comparison.high,
        direction=comparison.direction,
        variance_cut=comparison.variance_cut,
    )


def _path(comparison: Comparison | None) -> list[tuple[str, float, float | None]]:
    if comparison is None:
        return []
    days = np.array(comparison.days, dtype="datetime64[D]").astype(str).tolist()
    bounds = [bound if np.isfinite(bound) else None for bound in comparison.bounds.tolist()]
    return list(zip(days, comparison.z.tolist(), bounds, strict=True))


def _verdict(experiment: Experiment, lines: list[Line], ratio_p: float, progress: float) -> Verdict:
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
    return Verdict.NO_DIFFERENCE if progress >= 1 else Verdict.OPEN
