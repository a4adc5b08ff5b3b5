"""Benchmark of the experiment statistics on simulated experiments."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from recommendations.statistics import simulation
from recommendations.statistics.analysis import BROKEN

LIFT, CORRELATION = 0.1, 0.6


class Command(BaseCommand):
    help = "Simulate experiments, analyse them like real ones, and print each target with the measured value."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--experiments", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, experiments: int, seed: int, **options: Any) -> None:
        started = time.perf_counter()
        decided = simulation.share_decided(experiments, lift=0.0, seed=seed)
        self._print(
            f"{experiments} A/A experiments with daily looks: decided",
            "3–7 %",
            f"{decided:.1%}",
            0.03 <= decided <= 0.07,
        )
        power, needed = simulation.power_as_planned(experiments, LIFT, seed)
        self._print(
            f"a lift of {LIFT:.0%}, {needed:,} units as planned: detected", "≥ 0.80", f"{power:.3f}", power >= 0.8
        )
        p = simulation.sample_ratio_fires(50.0, 51.5, 100_000)
        self._print("sample ratio 50.0/51.5 of 100,000: p", f"< {BROKEN}", f"{p:.1e}", p < BROKEN)
        cut, theory = simulation.cuped_cut(CORRELATION, 20 * experiments, 400, seed), CORRELATION**2
        self._print(
            f"variance reduction by CUPED at a correlation of {CORRELATION}",
            f"{theory:.2f} ± 5 %",
            f"{cut:.3f}",
            abs(cut / theory - 1) <= 0.05,
        )
        self.stdout.write(f"{time.perf_counter() - started:.0f} s")

    def _print(self, label: str, target: str, measured: str, is_met: bool) -> None:
        self.stdout.write(f"{label:<58} {target:>12} {measured:>10}{'' if is_met else '  missed'}")
