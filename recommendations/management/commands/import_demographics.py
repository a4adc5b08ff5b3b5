"""Import ages, genders and countries from a file as counts for the analytics pages."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recommendations.analytics.audience import LEAST, LEAST_AGE, MOST_AGE
from recommendations.analytics.demographics import DemographicsError, import_demographics


class Command(BaseCommand):
    help = "Import age (or birth_year), gender and country from a Parquet or CSV file. Only group counts are stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--name", help="name of the source; replaces a source of that name (default: the file name)"
        )

    def handle(self, *, file: Path, name: str | None, **options: Any) -> None:
        source = (name if name is not None else file.stem)[:100].strip()
        if not source:
            raise CommandError("--name is empty: enter the name to show in the charts")
        try:
            report = import_demographics(file, source, timezone.now().date())
        except DemographicsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{source}: {report.people:,} people. Groups smaller than {LEAST} are never shown.")
        self.stdout.write(f"{report.impossible:,} ages below {LEAST_AGE} or above {MOST_AGE} count as unknown.")
        if report.unread:
            names = ", ".join(f"{name} ({n:,})" for name, n in report.unread.most_common(10))
            self.stdout.write(f"{report.unread.total():,} countries not recognised: {names}")
