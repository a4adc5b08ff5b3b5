"""Time and memory of each stage of a rebuild, by number of ratings."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import django


@dataclass(frozen=True)
class Stage:
    """Cost of a stage: seconds of wall time, processor_seconds over all cores, peak_mb of the process."""

    name: str
    seconds: float
    processor_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Run:
    """A rebuild without publishing. times: size as a multiple of the real ratings."""

    times: float
    n_ratings: int
    n_titles: int
    ndcg_10_liked: float
    stages: list[Stage]

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages)

    @property
    def processor_seconds(self) -> float:
        return sum(stage.processor_seconds for stage in self.stages)

    @property
    def peak_mb(self) -> float:
        return self.stages[-1].peak_mb


@dataclass
class StageClock:
    """Timer of stages. Call it with each stage's name at its start, and once more after the last."""

    stages: list[Stage] = field(default_factory=list)
    began: tuple[str, float, float] | None = None

    def __call__(self, name: str) -> None:
        now, used = time.perf_counter(), time.process_time()
        if self.began is not None:
            stage, started, used_before = self.began
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            self.stages.append(Stage(stage, now - started, used - used_before, peak))
        self.began = (name, now, used)


def measure_alone(ratings: Path, times: float) -> Run:
    """Read, split, fit and evaluate in a fresh process. Raises BrokenProcessPool if it is killed."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=django.setup) as process:
        return process.submit(measure, ratings, times).result()


def measure(ratings: Path, times: float) -> Run:
    from recommendations.engine.data.interactions import Interactions
    from recommendations.engine.data.splitting import split
    from recommendations.engine.evaluation import evaluate_ranking, evaluate_ratings
    from recommendations.inputs.rating_archives import read_ratings
    from recommendations.inputs.title_features import with_features
    from recommendations.pipelines.train import fit

    clock = StageClock()
    clock("reading")
    rows = with_features(Interactions.from_ids(*read_ratings(ratings)))
    clock("splitting")
    parts, n_ratings = split(rows), len(rows)
    del rows
    candidate = fit(parts, clock)
    clock("evaluating")
    audience = parts.train.item_counts() / len(parts.train.users)
    report = evaluate_ranking(candidate.hybrid, parts.test, audience)
    evaluate_ratings(candidate.ratings.remember(parts.train), parts.ratings)
    clock("end")
    return Run(times, n_ratings, len(parts.train.items), report.ndcg_10_liked, clock.stages)


def table(runs: Sequence[Run]) -> list[str]:
    """Return table lines: per stage and run, wall time, processor time, peak memory, and ratio to the first run."""
    head = "".join(f"{run.n_ratings / 1e6:>16.1f} M rows{'':<12}" for run in runs)
    lines = [f"{'':<44}{head}", f"{'':<44}" + f"{'s':>10}{'CPU s':>10}{'MB':>8}{'':<7}" * len(runs)]
    rows = [[run.stages[place] for run in runs] for place in range(len(runs[0].stages))]
    lines += [f"{stages[0].name:<44}" + "".join(map(_cells, stages)) for stages in rows]
    lines.append(f"{'together':<44}" + "".join(map(_cells, runs)))
    lines.append(
        f"{'× the first':<44}"
        + "".join(
            f"{run.seconds / runs[0].seconds:>9.1f}×{run.processor_seconds / runs[0].processor_seconds:>9.1f}×"
            f"{run.peak_mb / runs[0].peak_mb:>7.1f}×{'':<7}"
            for run in runs
        )
    )
    return lines


def _cells(cost: Stage | Run) -> str:
    return f"{cost.seconds:>10.1f}{cost.processor_seconds:>10.1f}{cost.peak_mb:>8,.0f}{'':<7}"


def draw(runs: Sequence[Run], path: Path) -> None:
    """Plot each stage's seconds and the peak memory by number of ratings; dotted: linear growth."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (seconds, memory) = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    rows = [run.n_ratings / 1e6 for run in runs]
    for place, stage in enumerate(runs[0].stages):
        seconds.loglog(rows, [run.stages[place].seconds for run in runs], marker="o", label=stage.name)
    seconds.loglog(rows, [run.seconds for run in runs], marker="o", color="black", label="together")
    linear = [runs[0].seconds * n / rows[0] for n in rows]
    seconds.loglog(rows, linear, linestyle=":", color="black", label="in proportion to the rows")
    seconds.set(xlabel="million ratings", ylabel="seconds")
    seconds.legend(fontsize="small")
    memory.plot(rows, [run.peak_mb / 1024 for run in runs], marker="o", color="black")
    memory.set(xlabel="million ratings", ylabel="peak memory, GB", ylim=(0, None))
    figure.savefig(path)
    pyplot.close(figure)
