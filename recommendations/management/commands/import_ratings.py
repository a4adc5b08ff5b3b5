"""Import a ratings file as a training archive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from recommendations.inputs.rating_archives import ArchiveError, import_archive


class Command(BaseCommand):
    help = "Import a CSV or Parquet file of ratings (user, MAL ID, score) as a training archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--name", help="name of the archive; replaces an archive of that name (default: the file name)"
        )

    def handle(self, *, file: Path, name: str | None, **options: Any) -> None:
        with tqdm(unit=" rows", desc="reading", disable=None) as bar:
            try:
                archive = import_archive(file, name or file.stem, lambda rows: bar.update(rows - bar.n) and None)
            except ArchiveError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(
            f"{archive.name}: {archive.n_ratings:,} ratings of {archive.n_titles:,} titles by {archive.n_members:,} "
            "people. "
            "`manage.py rebuild` learns from them."
        )
