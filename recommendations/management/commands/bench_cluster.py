"""Benchmark of the linear model on a cluster of Dask workers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.benchmark import cluster
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.splitting import all_for_training
from recommendations.inputs.rating_archives import ArchiveError, read_ratings

MOST_DIFFERENCE, MOST_TIME, MOST_SCHEDULER_MB, MOST_GRAM_MB = 1e-5, 0.6, 2048, 12 * 1024


class Command(BaseCommand):
    help = "Fit the linear model on synthetic ratings in one process and on two workers, and kill one of them half-way."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ratings", type=Path, help="real ratings to base the synthetic ones on")
        parser.add_argument("--times", type=float, default=10, help="multiple of the people (default: %(default)s)")
        parser.add_argument("--gram-only", action="store_true", help="compute the Gram matrix alone, in one process")
        parser.add_argument("--folder", type=Path, help="where the ratings are written (default: a temporary folder)")

    def handle(self, *, ratings: Path, times: float, gram_only: bool, folder: Path | None, **options: Any) -> None:
        try:
            real = all_for_training(Interactions.from_ids(*read_ratings(ratings)))
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        with tempfile.TemporaryDirectory(dir=folder) as place:
            written = cluster.write_synthetic(real, times, place)
            del real
            is_known = cluster.known_titles(written)
            self._say(
                f"{written.n_ratings:,} synthetic ratings of {is_known.sum():,} titles by {written.n_users:,} people, "
                f"in {written.n_parts} parts"
            )
            if gram_only:
                self._gram(written, is_known)
            else:
                self._compare(written, is_known)

    def _gram(self, written: Any, is_known: Any) -> None:
        seconds, peak = cluster.gram_peak(written, is_known, self._say)
        self._say(f"Gram matrix: {seconds:,.0f} s, at most {peak:,.0f} MB{_verdict(peak, MOST_GRAM_MB)}")

    def _compare(self, written: Any, is_known: Any) -> None:
        alone = cluster.fit_in_one_process(written, is_known, threads=1)
        self._show("one process, one thread", alone, alone)
        self._show("one process, two threads", cluster.fit_in_one_process(written, is_known, threads=2), alone)
        both = cluster.fit_on_cluster(written, is_known)
        self._show("two workers", both, alone)
        self._say(f"{'':4}time{_verdict(both.seconds / alone.seconds, MOST_TIME)}")
        self._say(f"{'':4}scheduler’s memory{_verdict(both.peak_mb['scheduler'], MOST_SCHEDULER_MB)}")
        killed = cluster.fit_on_cluster(written, is_known, kill_after=both.seconds / 2)
        self._show("two workers, one killed half-way", killed, alone)

    def _show(self, name: str, fit: cluster.Fit, alone: cluster.Fit) -> None:
        difference = abs(fit.weights - alone.weights).max()
        peaks = ", ".join(f"{process} {mb:,.0f}" for process, mb in fit.peak_mb.items())
        self._say(
            f"{name}: {fit.seconds:,.0f} s, {fit.seconds / alone.seconds:.2f} ×; at most MB: {peaks}; largest "
            f"difference of a weight{_verdict(difference, MOST_DIFFERENCE)}"
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _verdict(figure: float, bar: float) -> str:
    return f" {figure:.3g} (bar ≤ {bar:g}){'' if figure <= bar else '  missed'}"
