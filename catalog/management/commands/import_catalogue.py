from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.importing.imports import UnknownFormatError, import_catalogue
from catalog.importing.parsers.base import CatalogueFileError, RejectedRow, SourceTitle
from catalog.importing.parsers.files import FORMATS


class Command(BaseCommand):
    help = "Import titles from other catalogues' files, merging all sources of a work into one title."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--format", required=True, metavar="FORMAT", help=" | ".join(FORMATS))

    def handle(self, *, files: list[Path], format: str, verbosity: int, **options: Any) -> None:
        for path in files:
            try:
                report = import_catalogue([path], format, progress_bar if verbosity else lambda rows, label: rows)
            except (CatalogueFileError, UnknownFormatError) as error:
                raise CommandError(f"{error}. Nothing of {path.name} was imported.") from error
            for rejection in report.rejected:
                self.stderr.write(f"rejected: {rejection}")
            for remark in report.remarks:
                self.stderr.write(f"left out: {remark}")
            if verbosity:
                self.stdout.write(f"{path.name}: {report}.")


def progress_bar(rows: Iterator[SourceTitle | RejectedRow], label: str) -> Iterable[SourceTitle | RejectedRow]:
    return tqdm(rows, desc=label, unit=" rows", mininterval=0.5, file=sys.stderr)
