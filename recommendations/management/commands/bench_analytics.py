"""Benchmark of the daily roll-up and of the analytics pages with a year of data."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.models import Title
from recommendations.analytics.rollup import roll_up, roll_up_day
from recommendations.models import AccuracyDay, Experiment, ModelVersion, Outcome, Variant, WidgetEvent
from recommendations.staff.views import PAGES

DAYS, YEAR = 90, 365
BAR_PAGE = 150  # milliseconds
EVENTS = f"""
INSERT INTO {WidgetEvent._meta.db_table}
    (at, widget, experiment_id, variant_id, member_id, visitor, kind, title_id, position)
SELECT now() - place * interval '{DAYS} days', v.widget, v.experiment_id, v.id,
    CASE WHEN who < 0.8 THEN (%(members)s)[1 + floor(random() * %(n_members)s)] END,
    CASE WHEN who >= 0.8 THEN 1 + floor(random() * 100000) END,
    CASE WHEN random() < 0.1 THEN 2 ELSE 1 END, (%(titles)s)[1 + floor(%(n_titles)s * power(random(), 3))], 0
FROM (SELECT random() AS place, random() AS who, 1 + n %% %(n_variants)s AS nth FROM generate_series(1, %(n)s) n) raw
JOIN (SELECT v.id, experiment_id, widget, row_number() OVER (ORDER BY v.id) AS nth FROM recommendations_variant v
    JOIN recommendations_experiment e ON e.id = experiment_id WHERE v.id = ANY(%(variants)s)) v USING (nth)
"""
OUTCOMES = f"""
INSERT INTO {Outcome._meta.db_table} (member_id, title_id, metric, at)
SELECT member_id, title_id, (ARRAY['add', 'completion', 'high_score', 'hide'])[1 + floor(random() * 4)],
    at + random() * interval '5 days'
FROM {WidgetEvent._meta.db_table} WHERE member_id IS NOT NULL AND random() < 0.05 ON CONFLICT DO NOTHING
"""
ACTIVE = """
INSERT INTO recommendations_activeday (member_id, day)
SELECT m, current_date - d FROM unnest(%(members)s) m, generate_series(0, 364) d
WHERE random() < 0.2 ON CONFLICT DO NOTHING
"""
REQUESTS = """
INSERT INTO recommendations_requestday (day, kind, route, bucket, n)
SELECT current_date - d, (ARRAY['page', 'fragment', 'api'])[1 + r %% 3], 'bench:' || r, 14 + b,
    1 + floor(random() * 500)
FROM generate_series(0, 364) d, generate_series(1, 90) r, generate_series(1, 10) b
"""
ALL_REQUESTS = """
INSERT INTO recommendations_requestday (day, kind, route, bucket, n)
SELECT day, kind, '', bucket, sum(n) FROM recommendations_requestday
WHERE route LIKE 'bench:%%' GROUP BY day, kind, bucket ON CONFLICT DO NOTHING
"""
SERVED = """
INSERT INTO recommendations_servedday (day, source, n, seconds)
SELECT current_date - d, s, 1 + floor(random() * 5000), floor(random() * 1e8)
FROM generate_series(0, 364) d, unnest(ARRAY['table', 'live', 'segment', 'popular']) s ON CONFLICT DO NOTHING
"""
YEAR_OF = ("recommendations_widgetday", "recommendations_showntitle", "recommendations_membersday")


class Command(BaseCommand):
    help = "Measure daily roll-ups and analytics pages with generated events, which are deleted afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--events", type=int, default=1_000_000, help=f"number of raw events over {DAYS} days")
        parser.add_argument("--keep", action="store_true", help="keep the generated data in the database")

    def handle(self, *, events: int, keep: bool, **options: Any) -> None:
        with transaction.atomic():
            self._fill(events)
            today = timezone.now().date()
            seconds = self._timed("roll-up of one day", lambda: roll_up_day(today - timedelta(days=9)))
            self._timed("nightly roll-up of 9 days", lambda: roll_up(today - timedelta(days=8), today))
            if seconds * DAYS > 600:
                raise CommandError("rolling up a day takes too long: use fewer --events")
            self._timed(f"roll-up of {DAYS} days", lambda: roll_up(today - timedelta(days=DAYS - 1), today))
            self._fill_year()
            self._pages((today - timedelta(days=YEAR - 1)).isoformat())
            transaction.set_rollback(not keep)

    def _fill(self, n: int) -> None:
        members = list(User.objects.order_by("pk").values_list("pk", flat=True))
        titles = list(Title.objects.order_by("-popularity").values_list("pk", flat=True))
        if not members or not titles:
            raise CommandError("no members or titles found: run `manage.py seed` first")
        variants = []
        for widget in ("top_picks", "rows", "similar"):
            experiment = Experiment.objects.create(name=f"bench {widget}", widget=widget, state="archived")
            variants += [
                Variant.objects.create(experiment=experiment, name=name, position=i) for i, name in enumerate("AB")
            ]
        values: dict[str, Any] = {
            "members": members, "titles": titles, "n_members": len(members), "n_titles": len(titles), "n": n,
            "variants": [variant.pk for variant in variants], "n_variants": len(variants),
        }  # fmt: skip
        with connection.cursor() as cursor:
            for statement in (EVENTS, OUTCOMES, ACTIVE, REQUESTS, ALL_REQUESTS, SERVED):
                cursor.execute(statement, values)
            cursor.execute("ANALYZE")
        self.stdout.write(f"{n:,} events of {DAYS} days, {len(members):,} members, {len(titles):,} titles")

    def _fill_year(self) -> None:
        """Copy the rolled-up days to the days before, for a year of data."""
        with connection.cursor() as cursor:
            for table in YEAR_OF:
                cursor.execute(
                    """SELECT string_agg(column_name, ', ') FROM information_schema.columns
                    WHERE table_name = %s AND column_name NOT IN ('id', 'day')""",
                    [table],
                )
                columns = cursor.fetchone()[0]
                cursor.execute(
                    f"""INSERT INTO {table} (day, {columns}) SELECT day - k * {DAYS}, {columns}
                    FROM {table}, generate_series(1, 4) k WHERE day > current_date - {DAYS} ON CONFLICT DO NOTHING"""
                )
        version = ModelVersion.active()
        AccuracyDay.objects.bulk_create(
            (
                AccuracyDay(
                    day=timezone.now().date() - timedelta(days=number),
                    version=version,
                    segment="",
                    is_synthetic=False,
                    n=50,
                    errors=3,
                    absolute=42,
                    squared=64,
                    n_published=20,
                    absolute_published=18,
                    squared_published=28,
                )
                for number in range(YEAR if version else 0)
            ),
            ignore_conflicts=True,
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _pages(self, first: str) -> None:
        superuser = User.objects.create_superuser("bench_boss", "bench_boss@example.org", "bench")
        client = Client(headers={"host": "localhost"})
        client.force_login(superuser)
        for slug, page in PAGES.items():
            for label, query in (("4 weeks", {}), ("a year", {"first": first})):
                if query and (page.form is None or "first" not in page.form.base_fields):
                    continue
                times = [self._ask(client, slug, {**query, "synthetic": "on"}) for _ in range(5)]
                self.stdout.write(f"{slug:>16}, {label}: {np.median(times):6.0f} ms (bar < {BAR_PAGE})")
        superuser.delete()

    def _ask(self, client: Client, slug: str, query: dict[str, str]) -> float:
        started = time.perf_counter()
        if client.get(f"/staff/analytics/{slug}/", query).status_code != 200:
            raise CommandError(f"{slug}: the request failed")
        return (time.perf_counter() - started) * 1000

    def _timed(self, label: str, work: Callable[[], None]) -> float:
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        self.stdout.write(f"{label}: {seconds:.2f} s")
        return seconds
