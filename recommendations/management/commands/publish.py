"""Resume an interrupted publication."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.publishing.publish import NotPublishedError, resume


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # joins a running publication without delay
    help = "Resume or join the publication of a model (workers also do this every minute)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes",
            type=int,
            default=os.cpu_count(),
            help="number of publishing processes (default: %(default)s)",
        )

    def handle(self, *, processes: int, **options: Any) -> None:
        started = time.perf_counter()
        try:
            version = resume(
                lambda step: self.stdout.write(f"{time.perf_counter() - started:6.1f} s  {step}"), processes=processes
            )
        except NotPublishedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"live: {version}" if version else "no publication in progress")
