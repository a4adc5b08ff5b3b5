"""Benchmark of group recommendations."""

import time
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from recommendations.benchmark.publishing import create_members
from recommendations.engine.groups import METHODS
from recommendations.models import ModelVersion
from recommendations.serving import recommend_for_group
from recommendations.serving.groups import MOST

BAR_MS = 100


class Command(BaseCommand):
    help = "Measure recommendations for groups of eight (run by make bench on its own site; creates members)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--groups", type=int, default=40)

    def handle(self, *, groups: int, **options: Any) -> None:
        if ModelVersion.active() is None:
            raise CommandError("no model is published: run `manage.py seed` or `manage.py rebuild` first")
        people = list(User.objects.filter(pk__in=create_members(MOST * groups, typical_length=90)))
        batches = [people[start : start + MOST] for start in range(0, len(people), MOST)]
        recommend_for_group(batches[0][0], batches[0][1:])  # warm-up: one-time reads aren't measured
        for method in METHODS:
            times, queries = zip(*(_time(group, method) for group in batches), strict=True)
            p95 = np.percentile(times, 95)
            self.stdout.write(
                f"group of {MOST}, {method}: p95 {p95:.0f} ms (bar < {BAR_MS}), median {np.median(times):.0f} ms, "
                f"{max(queries)} queries{'' if p95 < BAR_MS else '  missed'}"
            )


def _time(group: list[User], method: str) -> tuple[float, int]:
    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        recommendations = recommend_for_group(group[0], group[1:], method=method)
        milliseconds = (time.perf_counter() - started) * 1000
    if len(recommendations.heard) < MOST or not recommendations.items:
        raise CommandError(f"cannot measure: only {len(recommendations.heard)} of {MOST} lists are long enough")
    return milliseconds, len(queries)
