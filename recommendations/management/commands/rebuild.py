"""Train, evaluate and publish the models, with progress."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.inputs.rating_archives import ArchiveError
from recommendations.models import ModelVersion
from recommendations.pipelines.train import AlreadyRunningError, rebuild
from recommendations.publishing.publish import NotPublishedError


class Command(BaseCommand):
    help = "Train the models on members' lists and all archives, and publish them if quality hasn't dropped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--include-synthetic", action="store_true", help="also train on synthetic members")
        parser.add_argument(
            "--processes",
            type=int,
            default=os.cpu_count(),
            help="number of publishing processes (default: %(default)s)",
        )

    def handle(self, *, include_synthetic: bool, processes: int, **options: Any) -> None:
        started = time.perf_counter()

        def progress(step: str) -> None:
            self.stdout.write(f"{time.perf_counter() - started:6.1f} s  {step}")
            self.stdout.flush()

        try:
            version = rebuild(include_synthetic=include_synthetic, processes=processes, progress=progress)
        except (AlreadyRunningError, ArchiveError, NotPublishedError) as error:
            raise CommandError(str(error)) from error
        progress(f"{version}: {version.get_status_display().lower()}. {version.message}")
        if version.metrics:
            self._print_metrics(version)

    def _print_metrics(self, version: ModelVersion) -> None:
        test, ratings = version.metrics["test"], version.metrics["ratings"]
        if test:
            self.stdout.write(
                f"test members: NDCG@10 liked {test['ndcg_10_liked']:.4f}, watched {test['ndcg_10_watched']:.4f}, "
                f"coverage@10 {test['coverage_10']:.3f}, {test['members']:,} members"
            )
        self.stdout.write(f"ratings: RMSE {ratings['rmse']:.4f}, MAE {ratings['mae']:.4f}")
        self.stdout.write(f"{version.seconds:.0f} s, at most {version.peak_mb:,.0f} MB")
