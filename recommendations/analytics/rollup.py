"""Roll-up of raw events to daily counts: one repeatable statement per day and measure.

The last days are recomputed every night, because results follow impressions by days. Days are in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from recommendations.analytics.audience import count_members
from recommendations.experiments.collecting import LATE
from recommendations.models import (
    AccuracyDay,
    ActiveDay,
    CohortWeek,
    JobRun,
    MembersDay,
    MemberSegment,
    ModelActivation,
    Outcome,
    PredictionOutcome,
    Segment,
    ShownTitle,
    WidgetDay,
    WidgetEvent,
)
from recommendations.models.experiments import Metric

WINDOW = timedelta(days=7)  # after an impression, within which results count
RECOMPUTED_DAYS = WINDOW.days + 1  # days before today that are recomputed every night
COHORTS = 53  # weeks

USERS = "accounts_user"
SEGMENTS = f"""
    LEFT JOIN {MemberSegment._meta.db_table} place ON place.version_id = {{version}} AND place.user_id = {{member}}
    LEFT JOIN {Segment._meta.db_table} segment
        ON segment.version_id = place.version_id AND segment.number = place.segment
    LEFT JOIN {USERS} member ON member.id = {{member}}
"""
# One row per viewer, variant and title, however often it was shown on this day.
SHOWN = f"""
    SELECT event.member_id, event.visitor, event.title_id, event.variant_id, event.widget,
        min(event.at) AS at, bool_or(event.kind = {WidgetEvent.Kind.CLICK}) AS clicked
    FROM {WidgetEvent._meta.db_table} event
    WHERE event.at >= %(start)s AND event.at < %(end)s
    GROUP BY event.member_id, event.visitor, event.title_id, event.variant_id, event.widget
"""
_came = " ".join(
    f"min(at) FILTER (WHERE metric = '{metric}') AS {metric},"
    for metric in (Metric.ADD, Metric.COMPLETION, Metric.HIGH_SCORE, Metric.HIDE)
).rstrip(",")
_counts = ", ".join(
    f"count(*) FILTER (WHERE came.{metric} >= shown.at - %(late)s AND came.{metric} < shown.at + %(window)s)"
    for metric in (Metric.ADD, Metric.COMPLETION, Metric.HIGH_SCORE, Metric.HIDE)
)
WIDGETS = f"""
WITH shown AS ({SHOWN}), came AS (
    SELECT member_id, title_id, {_came} FROM {Outcome._meta.db_table}
    WHERE at >= %(start)s - %(late)s AND at < %(end)s + %(window)s GROUP BY member_id, title_id
), served AS (
    SELECT version_id, at AS since, lead(at, 1, 'infinity') OVER (ORDER BY at, id) AS until
    FROM {ModelActivation._meta.db_table}
)
INSERT INTO {WidgetDay._meta.db_table} (day, version_id, widget, variant_id, segment, is_synthetic,
    shown, clicked, of_members, added, completed, liked, hidden)
SELECT %(day)s, served.version_id, shown.widget, shown.variant_id, COALESCE(segment.name, ''),
    COALESCE(member.is_synthetic, false), count(*), count(*) FILTER (WHERE clicked), count(shown.member_id), {_counts}
FROM shown
    LEFT JOIN served ON shown.at >= served.since AND shown.at < served.until
    LEFT JOIN came ON came.member_id = shown.member_id AND came.title_id = shown.title_id
    {SEGMENTS.format(version="served.version_id", member="shown.member_id")}
GROUP BY served.version_id, shown.widget, shown.variant_id, segment.name, COALESCE(member.is_synthetic, false)
"""
TITLES = f"""
WITH shown AS ({SHOWN})
INSERT INTO {ShownTitle._meta.db_table} (day, widget, title_id, is_synthetic, shown)
SELECT %(day)s, shown.widget, shown.title_id, COALESCE(member.is_synthetic, false), count(*)
FROM shown JOIN catalog_title title ON title.id = shown.title_id LEFT JOIN {USERS} member ON member.id = shown.member_id
GROUP BY shown.widget, shown.title_id, COALESCE(member.is_synthetic, false)
"""
ACCURACY = f"""
INSERT INTO {AccuracyDay._meta.db_table} (day, version_id, segment, is_synthetic, n, errors, absolute, squared,
    n_published, absolute_published, squared_published)
SELECT %(day)s, outcome.version_id, COALESCE(segment.name, ''), member.is_synthetic, count(*),
    sum(predicted - score), sum(abs(predicted - score)), sum(power(predicted - score, 2)), count(published),
    COALESCE(sum(abs(published - score)), 0), COALESCE(sum(power(published - score, 2)), 0)
FROM {PredictionOutcome._meta.db_table} outcome
    {SEGMENTS.format(version="outcome.version_id", member="outcome.user_id")}
WHERE outcome.at >= %(start)s AND outcome.at < %(end)s
GROUP BY outcome.version_id, segment.name, member.is_synthetic
"""
MEMBERS = f"""
INSERT INTO {MembersDay._meta.db_table} (day, is_synthetic, joined, active, active_7, active_28)
SELECT %(day)s, kind.is_synthetic,
    (SELECT count(*) FROM {USERS} member WHERE member.is_synthetic = kind.is_synthetic
        AND date_joined >= %(start)s AND date_joined < %(end)s),
    count(DISTINCT active.member_id) FILTER (WHERE active.day = %(day)s),
    count(DISTINCT active.member_id) FILTER (WHERE active.day > %(day)s - 7),
    count(DISTINCT active.member_id)
FROM (VALUES (false), (true)) kind (is_synthetic) LEFT JOIN (
    SELECT day.member_id, day.day, member.is_synthetic FROM {ActiveDay._meta.db_table} day
    JOIN {USERS} member ON member.id = day.member_id WHERE day.day > %(day)s - 28 AND day.day <= %(day)s
) active ON active.is_synthetic = kind.is_synthetic
GROUP BY kind.is_synthetic
"""
COHORT_WEEKS = f"""
WITH joined AS (
    SELECT id, is_synthetic, date_trunc('week', date_joined AT TIME ZONE 'UTC')::date AS week,
        (date_joined AT TIME ZONE 'UTC')::date AS since
    FROM {USERS} WHERE date_joined >= %(first)s
), sizes AS (
    SELECT week, is_synthetic, count(*) AS members FROM joined GROUP BY week, is_synthetic
), active AS (
    SELECT joined.week, joined.is_synthetic, (day.day - joined.since) / 7 AS age, count(DISTINCT joined.id) AS active
    FROM joined JOIN {ActiveDay._meta.db_table} day ON day.member_id = joined.id AND day.day >= joined.since
    GROUP BY joined.week, joined.is_synthetic, age
)
INSERT INTO {CohortWeek._meta.db_table} (week, age, is_synthetic, members, active)
SELECT sizes.week, weeks.age, sizes.is_synthetic, sizes.members, COALESCE(active.active, 0)
FROM sizes CROSS JOIN LATERAL generate_series(0, (%(today)s - sizes.week - 6) / 7 - 1) weeks (age)
LEFT JOIN active ON active.week = sizes.week AND active.is_synthetic = sizes.is_synthetic AND active.age = weeks.age
"""
STATEMENTS: dict[type[models.Model], str] = {
    WidgetDay: WIDGETS, ShownTitle: TITLES, AccuracyDay: ACCURACY, MembersDay: MEMBERS,
}  # fmt: skip


def roll_up(first: date, last: date, progress: Callable[[date], None] = lambda day: None) -> None:
    """Recompute the counts from `first` to `last`, inclusive, and all cohorts and audience groups of members."""
    for day in days(first, last):
        roll_up_day(day)
        progress(day)
    _roll_up_cohorts(timezone.now().date())
    count_members()


def roll_up_day(day: date) -> None:
    start = datetime.combine(day, datetime.min.time(), UTC)
    values: dict[str, Any] = {
        "day": day, "start": start, "end": start + timedelta(days=1), "late": LATE, "window": WINDOW,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for table, statement in STATEMENTS.items():
            cursor.execute(f"DELETE FROM {table._meta.db_table} WHERE day = %(day)s", values)
            cursor.execute(statement, values)


def roll_up_last_days() -> None:
    """Recompute the last days, and delete active days and job runs past retention."""
    today = timezone.now().date()
    roll_up(today - timedelta(days=RECOMPUTED_DAYS), today)
    ActiveDay.objects.filter(day__lt=today - timedelta(days=settings.ACTIVE_DAYS_KEPT)).delete()
    JobRun.objects.filter(started_at__lt=timezone.now() - timedelta(days=settings.JOBS_KEPT)).delete()


def roll_up_today() -> None:
    roll_up_day(timezone.now().date())


def days(first: date, last: date) -> Iterator[date]:
    """
    >>> [str(day) for day in days(date(2026, 1, 31), date(2026, 2, 1))]
    ['2026-01-31', '2026-02-01']
    """
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _roll_up_cohorts(today: date) -> None:
    first = today - timedelta(days=today.weekday(), weeks=COHORTS - 1)
    values: dict[str, Any] = {"first": datetime.combine(first, datetime.min.time(), UTC), "today": today}
    with transaction.atomic(), connection.cursor() as cursor:
        CohortWeek.objects.all().delete()
        cursor.execute(COHORT_WEEKS, values)
