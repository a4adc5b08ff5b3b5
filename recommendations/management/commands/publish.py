"""Finish a publication that was broken off."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.pipelines.publish import NotPublishedError, resume


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # it helps a publication that has begun, at once
    help = "Finish the publication of a model that was broken off, or help with one (beat asks workers every minute)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count(), help="that publish at the same time (default: %(default)s)"
        )

    def handle(self, *, processes: int, **options: Any) -> None:
        started = time.perf_counter()
        try:
            version = resume(
                lambda step: self.stdout.write(f"{time.perf_counter() - started:6.1f} s  {step}"), processes=processes
            )
        except NotPublishedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"now serving: {version}" if version else "nothing is left to publish")
