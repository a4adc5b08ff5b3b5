"""What each contestant finds of what members rated next, and at what cost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommendations.benchmark.in_time.contestants import CONTESTANTS, LINEAR, Contestant, Ranker
from recommendations.benchmark.in_time.splitting import Stage
from recommendations.benchmark.memory import peak_mb
from recommendations.engine.evaluation import MemberFigures, evaluate_members
from recommendations.engine.metrics.bootstrap import paired_difference

CHOSEN_BY = "ndcg_10_watched"
SHOWN = {"ndcg_10_watched": "NDCG@10", "recall_20_watched": "recall@20", "ndcg_10_liked": "NDCG@10 liked"}
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Measured:
    """Figures of one contestant in the later stage.

    by_member: {name: (n_members,)}, NaN without a target. fit_seconds, list_ms: of processor time. peak_mb: of its
    process, data and libraries included.
    """

    parameters: dict[str, Any]
    tried: int
    by_member: dict[str, NDArray[np.float64]]
    fit_seconds: float
    list_ms: float
    peak_mb: float

    def mean(self, name: str) -> float:
        return float(np.nanmean(self.by_member[name]))


def compare(
    stages: tuple[Stage, Stage], names: Sequence[str] = (), progress: Progress = lambda line: None
) -> dict[str, Measured]:
    """Return the figures of the contestants, each measured in a process of its own. names: some of them, or all."""
    found = {}
    for contestant in CONTESTANTS:
        if names and contestant.name not in names:
            continue
        progress(f"measuring {contestant.label}")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            found[contestant.name] = process.submit(measure, contestant, *stages).result()
    return found


def measure(contestant: Contestant, earlier: Stage, later: Stage) -> Measured:
    """Choose the parameters in the earlier stage, and measure the contestant with them in the later one."""
    choices = contestant.choices()
    parameters = choices[0]
    if len(choices) > 1:
        parameters = max(choices, key=lambda each: _value(contestant.make(**each).fit(earlier), earlier))
    started = time.process_time()
    model = contestant.make(**parameters).fit(later)
    fitted = time.process_time()
    model.score(later.judged.inputs[:1])  # the first call's one-time work isn't measured
    warm = time.process_time()
    figures = _figures(model, later)
    list_ms = 1000 * (time.process_time() - warm) / len(later.judged.inputs)
    by_member = {name: figures.values[name] for name in SHOWN}
    return Measured(parameters, len(choices), by_member, fitted - started, list_ms, peak_mb(os.getpid()))


def _value(model: Ranker, stage: Stage) -> float:
    return float(np.nanmean(_figures(model, stage).values[CHOSEN_BY]))


def _figures(model: Ranker, stage: Stage) -> MemberFigures:
    audience = stage.train.item_counts() / max(len(stage.train.users), 1)
    return evaluate_members(model, stage.judged, audience)


def table(found: Mapping[str, Measured]) -> Iterator[str]:
    """Yield a Markdown table, with differences to the linear model if it was measured."""
    reference = found.get(LINEAR)
    labels = {contestant.name: contestant.label for contestant in CONTESTANTS}
    columns = [*SHOWN.values(), "NDCG@10 against linear", "recall@20 against linear", "fit, s", "a list, ms", "peak MB"]
    yield f"| | {' | '.join((*columns, 'parameters'))} |"
    yield "|---" * (len(columns) + 2) + "|"
    for name, one in found.items():
        figures = [f"{one.mean(figure):.4f}" for figure in SHOWN]
        differences = [_against(one, reference, figure) for figure in list(SHOWN)[:2]]
        costs = [f"{one.fit_seconds:,.1f}", f"{one.list_ms:,.1f}", f"{one.peak_mb:,.0f}"]
        chosen = ", ".join(f"{key} {value:g}" for key, value in one.parameters.items())
        yield f"| {' | '.join([labels[name], *figures, *differences, *costs, chosen])} |"


def _against(one: Measured, reference: Measured | None, figure: str) -> str:
    if reference is None or one is reference:
        return ""
    return str(paired_difference(one.by_member[figure], reference.by_member[figure]))
