"""Count people's ages, genders and countries from a file, for the staff's charts."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recommendations.analytics.audience import LEAST, LEAST_AGE, MOST_AGE
from recommendations.analytics.demographics import DemographicsError, import_demographics


class Command(BaseCommand):
    help = "Import a Parquet or CSV file with age (or birth_year), gender and country: only counts of groups are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="what to call it; what had that name is replaced (default: the file's)")

    def handle(self, *, file: Path, name: str | None, **options: Any) -> None:
        source = (name if name is not None else file.stem)[:100].strip()
        if not source:
            raise CommandError("--name is empty: it is what the charts call it")
        try:
            report = import_demographics(file, source, timezone.now().date())
        except DemographicsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{source}: {report.people:,} people. Groups of fewer than {LEAST} are never shown.")
        self.stdout.write(f"{report.impossible:,} ages below {LEAST_AGE} or above {MOST_AGE} count as not known.")
        if report.unread:
            names = ", ".join(f"{name} ({n:,})" for name, n in report.unread.most_common(10))
            self.stdout.write(f"{report.unread.total():,} countries were not understood: {names}")
