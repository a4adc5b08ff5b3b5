"""Rebuild the daily counts from the remaining raw events."""

import time
from argparse import ArgumentTypeError
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recommendations.analytics.rollup import RECOMPUTED_DAYS, roll_up


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-03-31") from None


class Command(BaseCommand):
    help = (
        "Rebuild the daily counts for the analytics pages. Skip days whose raw events are deleted: they would be empty."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        today = timezone.now().date()
        parser.add_argument(
            "--from",
            type=day,
            dest="first",
            default=today - timedelta(days=RECOMPUTED_DAYS),
            help="(default: %(default)s)",
        )
        parser.add_argument("--to", type=day, dest="last", default=today, help="(default: %(default)s)")

    def handle(self, *, first: date, last: date, **options: Any) -> None:
        if last < first:
            raise CommandError(f"--to {last} is before --from {first}")
        started = time.perf_counter()
        roll_up(first, last, lambda day: self.stdout.write(f"{time.perf_counter() - started:6.1f} s  {day}"))
        self.stdout.write(f"{(last - first).days + 1} days in {time.perf_counter() - started:.1f} s")
