"""Train the reader of reviews, from members' reviews and imported ones."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from social.models import ReviewReader
from social.review_reading.learning.archives import ReviewArchiveError, import_archive
from social.review_reading.learning.training import AlreadyTrainingError, train
from social.review_reading.reading import read_unread


class Command(BaseCommand):
    help = (
        "Train the reader of reviews from members' reviews and imported ones. It goes live if it is good enough, and "
        "reads all reviews."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            help="Parquet file of reviews to import first: columns mal_id, overall (1–10) and text",
        )

    def handle(self, *, file: Path | None, **options: Any) -> None:
        try:
            if file is not None:
                archive = import_archive(file)
                self.stdout.write(f"{archive.name}: {archive.n_reviews:,} reviews")
            reader = train(self.stdout.write)
        except (ReviewArchiveError, AlreadyTrainingError) as error:
            raise CommandError(str(error)) from error
        if reader.status == ReviewReader.Status.REFUSED:
            raise CommandError(f"not live: {reader.message}")
        self.stdout.write(f"Live. {read_unread():,} reviews read.")
