"""The linear model on a cluster of two local Dask workers, against one process: weights, time and memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.benchmark.memory import peak_mb
from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.engine.data.synthetic import synthesize
from recommendations.inputs.rating_set import RatingSet, Writer, item_counts

WORKERS = 2
START_SECONDS = 60
STOP_SECONDS = 10
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Fit:
    """weights: of the linear model. peak_mb: by process, as far as it was asked for."""

    weights: sp.csr_matrix
    seconds: float
    peak_mb: dict[str, float]


def write_synthetic(real: Interactions, times: float, url: str, seed: int = 0) -> RatingSet:
    """Write a set of so many times the members of `real`, one batch of them in memory at a time."""
    writer = Writer(url, len(real.items))
    for batch in synthesize(real, round(len(real.users) * times), seed):
        users, index = np.unique(batch.user, return_inverse=True)
        rows = Interactions(
            IdMap(users), real.items, index.astype(np.int32), batch.item_index, batch.score.astype(np.float32),
            np.zeros(len(index), dtype=bool),
        )  # fmt: skip
        writer.add(rows)
    return writer.close()


def known_titles(ratings: RatingSet) -> NDArray[np.bool_]:
    return np.sum([item_counts(part()) for part in ratings.parts], axis=0) > 0


def fit_in_one_process(ratings: RatingSet, is_known: NDArray[np.bool_], threads: int) -> Fit:
    """Fit in a fresh process with so many threads. Raises BrokenProcessPool if it is killed."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_fit, ratings, is_known, threads).result()


def _fit(ratings: RatingSet, is_known: NDArray[np.bool_], threads: int) -> Fit:
    import dask

    with dask.config.set(scheduler="threads", num_workers=threads):
        weights, seconds = _timed(ratings, is_known)
    return Fit(weights, seconds, {"process": peak_mb(os.getpid())})


def fit_on_cluster(ratings: RatingSet, is_known: NDArray[np.bool_], *, kill_after: float | None = None) -> Fit:
    """Fit with two workers of one thread each; kill_after: seconds until one of them is killed with SIGKILL."""
    from distributed import Client

    with local_cluster() as (scheduler, address), Client(address, timeout=60) as client:
        client.wait_for_workers(WORKERS, timeout=60)
        workers = client.run(os.getpid)
        killer = threading.Timer(kill_after or 0, os.kill, (next(iter(workers.values())), signal.SIGKILL))
        if kill_after:
            killer.start()
        weights, seconds = _timed(ratings, is_known)
        peaks = {f"worker {n + 1}": mb for n, mb in enumerate(client.run(_own_peak_mb).values())}
        return Fit(weights, seconds, {"scheduler": peak_mb(scheduler), **peaks})


def _timed(ratings: RatingSet, is_known: NDArray[np.bool_]) -> tuple[sp.csr_matrix, float]:
    from recommendations.engine.models.linear import RatingAwareEase

    started = time.perf_counter()
    model = RatingAwareEase().fit_parts(ratings.parts, is_known)
    return model.all_weights, time.perf_counter() - started


@contextmanager
def local_cluster(workers: int = WORKERS) -> Iterator[tuple[int, str]]:
    """Start a scheduler and the workers as processes; yield the scheduler's process id and address."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / "scheduler.json"  # the scheduler chooses its port and writes where it is
        where = f"--scheduler-file={found}"
        started = [_start("dask_scheduler", "--host=127.0.0.1", "--port=0", "--no-dashboard", where)]
        try:
            address = _address_in(found)
            started += [_start("dask_worker", where, "--nthreads=1", "--no-dashboard") for _ in range(workers)]
            yield started[0].pid, address
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                _wait(process)


def _start(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env={**os.environ, **ONE_THREAD}, start_new_session=True, **quiet)


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait until a program that was asked to end has done so; one that lost its peer may hang, and is killed."""
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _address_in(file: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.1)
    raise TimeoutError(f"The scheduler didn’t start within {START_SECONDS} seconds.")


def _own_peak_mb() -> float:
    return peak_mb(os.getpid())


def gram_peak(ratings: RatingSet, is_known: NDArray[np.bool_], progress: Callable[[str], None]) -> tuple[float, float]:
    """Compute every tile of the Gram matrix and return (seconds, peak MB of the process), keeping only its trace."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        seconds, peak, trace = process.submit(_gram, ratings, is_known).result()
    progress(f"trace of the Gram matrix: {trace:,.0f}")
    return seconds, peak


def _gram(ratings: RatingSet, is_known: NDArray[np.bool_]) -> tuple[float, float, float]:
    from recommendations.engine.matrices import tiles
    from recommendations.engine.models.linear import RatingAwareEase

    started = time.perf_counter()
    model = RatingAwareEase()
    gram = tiles.compute([model.gram_graph(ratings.parts, is_known)])[0]
    trace = float(sum(np.trace(gram[k, k]) for k, other in gram if k == other))
    return time.perf_counter() - started, _own_peak_mb(), trace
