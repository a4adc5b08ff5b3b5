"""Benchmark of the model that reads reviews, and of what its readings do to recommendations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.benchmark import review_evidence
from social.review_reading.learning import measuring


class Command(BaseCommand):
    help = "Read reviews of unseen titles, and recommend to simulated members who review what they don't score."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reviews", type=Path, help="Parquet file of reviews: columns mal_id, overall and text")
        parser.add_argument("ratings", type=Path, nargs="?", help="ratings to simulate members from")

    def handle(self, *, reviews: Path, ratings: Path | None, **options: Any) -> None:
        for path in filter(None, (reviews, ratings)):
            if not path.is_file():
                raise CommandError(f"{path} not found: nothing to measure.")
        measured = measuring.measure(*measuring.read_texts(reviews), self.stderr.write)
        self.stdout.write("\n".join(measured.lines))
        if ratings is not None:
            self.stdout.write("\n".join(review_evidence.compare(ratings, measured.scores, measured.read)))
