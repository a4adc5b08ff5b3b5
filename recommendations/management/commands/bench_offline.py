"""Benchmark of known recommenders and ours on a ratings file: accuracy with intervals, cost and plots."""

import json
import pickle
import tempfile
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.benchmark.contestants import Contestant, contestants
from recommendations.benchmark.measure import Figures, measure_alone
from recommendations.benchmark.plots import draw
from recommendations.benchmark.report import lines
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.leaks import check
from recommendations.engine.data.splitting import Split, split
from recommendations.inputs.rating_archives import ArchiveError, read_ratings
from recommendations.inputs.title_features import with_features
from recommendations.pipelines.tuning import parameters_for


class Command(BaseCommand):
    help = "Benchmark known recommenders and ours on a ratings file (CSV or Parquet), each in a separate process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ratings", type=Path)
        parser.add_argument("--models", help=f"comma-separated, of: {', '.join(contestants(lambda name: {}))}")
        parser.add_argument("--json", type=Path, dest="results", help="write results to this file after each model")
        parser.add_argument("--resume", action="store_true", help="measure only what the --json file lacks")
        parser.add_argument("--out", type=Path, help="output folder for the table and plots")

    def handle(
        self, *, ratings: Path, models: str | None, results: Path | None, resume: bool, out: Path | None, **options: Any
    ) -> None:
        chosen = _chosen(models)
        try:
            rows = with_features(Interactions.from_ids(*read_ratings(ratings)))
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        data, parts = rows.fingerprint(), split(rows)
        if not len(parts.test.inputs):
            raise CommandError(f"{ratings}: no member of the test part has 10 ratings of known titles")
        check(parts)
        measured = _earlier(results, data) if results and resume else {}
        self.stdout.write(
            f"{len(parts.train):,} ratings of {len(parts.train.items):,} titles by {len(parts.train.users):,} "
            "members to "
            f"fit on; {len(parts.test.inputs):,} held-out members; {len(measured)} models measured earlier"
        )
        self._measure([chosen[name] for name in chosen if name not in measured], parts, measured, data, results)
        self._report({name: measured[name] for name in chosen if name in measured}, out)

    def _measure(
        self,
        missing: list[Contestant],
        parts: Split,
        measured: dict[str, Figures],
        data: str,
        results: Path | None,
    ) -> None:
        """Add the figures of missing contestants to `measured`, and save all results after each."""
        with tempfile.TemporaryDirectory() as folder:
            split_file = Path(folder) / "split.pickle"
            with split_file.open("wb") as file:
                pickle.dump(parts, file)
            for contestant in missing:
                self.stdout.write(f"measuring {contestant.label}")
                self.stdout.flush()
                try:
                    measured[contestant.name] = measure_alone(contestant, split_file)
                except (BrokenProcessPool, ValueError, MemoryError, ImportError) as error:
                    self.stderr.write(f"{contestant.label}: not measured: {type(error).__name__}: {error}")
                if results:
                    results.write_text(json.dumps({"data": data, "models": measured}, indent=1))

    def _report(self, measured: dict[str, Figures], out: Path | None) -> None:
        table = "\n".join(lines(measured))
        self.stdout.write(table)
        if out:
            for path in draw(measured, out):
                self.stdout.write(str(path))
            (out / "table.txt").write_text(table + "\n")


def _chosen(models: str | None) -> dict[str, Contestant]:
    available = contestants(parameters_for)
    names = models.split(",") if models else list(available)
    if unknown := set(names) - set(available):
        raise CommandError(f"unknown models: {', '.join(sorted(unknown))}; known: {', '.join(available)}")
    return {name: available[name] for name in names}


def _earlier(results: Path, data: str) -> dict[str, Figures]:
    """Return the figures of an earlier run. Raises CommandError if it used other ratings."""
    try:
        earlier = json.loads(results.read_text())
    except FileNotFoundError:
        return {}
    if earlier["data"] != data:
        raise CommandError(f"{results}: measured on other ratings: choose another file or omit --resume")
    return earlier["models"]
