from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.importing.files import DEAD_ENTRIES
from catalog.importing.imports import UnknownFormatError, import_catalogue
from catalog.importing.parsers.base import CatalogueFileError, RejectedRow, SourceTitle
from catalog.importing.parsers.files import FORMATS


class Command(BaseCommand):
    help = "Import titles from other catalogues' files, merging all sources of a work into one title."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--format", required=True, metavar="FORMAT", help=" | ".join((*FORMATS, DEAD_ENTRIES)))
        parser.add_argument(
            "--as-of",
            type=day,
            metavar="YYYY-MM-DD",
            help="date of the files' values, where they don't say it themselves (default: now)",
        )

    def handle(self, *, files: list[Path], format: str, as_of: datetime | None, verbosity: int, **options: Any) -> None:
        for path in files:
            try:
                report = import_catalogue(
                    [path], format, progress_bar if verbosity else lambda rows, label: rows, as_of
                )
            except (CatalogueFileError, UnknownFormatError) as error:
                raise CommandError(f"{error}. Nothing of {path.name} was imported.") from error
            for rejection in report.rejected:
                self.stderr.write(f"rejected: {rejection}")
            for remark in report.remarks:
                self.stderr.write(f"left out: {remark}")
            if verbosity:
                self.stdout.write(f"{path.name}: {report}.")


def day(text: str) -> datetime:
    """Parse a day. Raise ArgumentTypeError."""
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date: write it as YYYY-MM-DD") from None


def progress_bar(rows: Iterator[SourceTitle | RejectedRow], label: str) -> Iterable[SourceTitle | RejectedRow]:
    return tqdm(rows, desc=label, unit=" rows", mininterval=0.5, file=sys.stderr)
