"""Benchmark of a rebuild's time and memory by number of ratings."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.benchmark.growth import Run, draw, measure_alone, table

MOST_TIMES_LONGER = 1.2  # per multiple of the rows
MOST_MB = 16 * 1024


class Command(BaseCommand):
    help = "Read, split, fit and evaluate synthetic ratings of growing size, each in a separate process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ratings", type=Path, help="real ratings to base the synthetic ones on")
        parser.add_argument(
            "--times", default="1,3,10", help="sizes as multiples of the real data (default: %(default)s)"
        )
        parser.add_argument("--json", type=Path, dest="results", help="also write the results to this file")
        parser.add_argument("--plot", type=Path, help="also plot the results (.svg or .png)")

    def handle(self, *, ratings: Path, times: str, results: Path | None, plot: Path | None, **options: Any) -> None:
        try:
            sizes = [float(size) for size in times.split(",")]
        except ValueError as error:
            raise CommandError(f"--times {times}: use numbers separated by commas") from error
        runs = []
        for size in sizes:
            runs.append(self._run(ratings, size))
            self.stdout.write(
                f"{runs[-1].n_ratings:,} synthetic ratings: {runs[-1].seconds:.0f} s, at most "
                f"{runs[-1].peak_mb:,.0f} MB"
            )
        self.stdout.write("\n".join(table(runs)))
        self._judge(runs[0], runs[-1])
        if results:
            results.write_text(json.dumps([asdict(run) for run in runs], indent=1))
        if plot:
            draw(runs, plot)

    def _run(self, ratings: Path, times: float) -> Run:
        with tempfile.TemporaryDirectory() as folder:
            synthetic = Path(folder) / "synthetic.parquet"
            call_command("synthesize_ratings", str(ratings), times=times, out=synthetic, stdout=self.stdout)
            try:
                return measure_alone(synthetic, times)
            except BrokenProcessPool as error:
                raise CommandError(
                    f"the process for {times:g} times the ratings was killed: too little memory?"
                ) from error

    def _judge(self, first: Run, last: Run) -> None:
        more, longer = last.n_ratings / first.n_ratings, last.seconds / first.seconds
        bar = MOST_TIMES_LONGER * more
        self.stdout.write(
            f"{more:.1f} × the rows: {longer:.1f} × the time (bar ≤ {bar:.1f}){'' if longer <= bar else '  missed'}, "
            f"at most {last.peak_mb:,.0f} MB (bar < {MOST_MB:,}){'' if last.peak_mb < MOST_MB else '  missed'}"
        )
