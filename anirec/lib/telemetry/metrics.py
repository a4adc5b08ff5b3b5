"""Prometheus metrics that processes count themselves. `anirec.monitoring` adds what it reads at each scrape.

Web processes and workers `share` their values in files of DATA_DIR/metrics, so that any web process can show the sums.
Every metric has a label, because a metric without one takes its value before `share` is called.
"""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from pathlib import Path

from billiard.process import current_process
from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FILES = ("counter", "histogram", "gauge_livesum")
FILE_BYTES = 2 * 2**20
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
TASK_SECONDS = (0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0)

registry = CollectorRegistry()

requests = Counter("anirec_requests", "Responses.", ["route", "method", "status"], registry=registry)
request_seconds = Histogram(
    "anirec_request_seconds", "Response time on the server.", ["route", "method"], buckets=SECONDS, registry=registry
)
request_queries = Counter("anirec_request_queries", "Database queries of requests.", ["route"], registry=registry)
request_database_seconds = Counter(
    "anirec_request_database_seconds", "Time that requests waited for the database.", ["route"], registry=registry
)
shed_requests = Counter("anirec_shed_requests", "Requests refused in a rush.", ["lane"], registry=registry)
served_lists = Counter("anirec_served_lists", "Recommendation lists by their source.", ["source"], registry=registry)
tasks = Counter("anirec_tasks", "Finished background tasks.", ["task", "outcome"], registry=registry)
task_seconds = Histogram(
    "anirec_task_seconds", "Duration of background tasks.", ["task"], buckets=TASK_SECONDS, registry=registry
)
web_sockets = Gauge("anirec_web_sockets", "Open WebSockets.", ["kind"], registry=registry, multiprocess_mode="livesum")
processes = Gauge("anirec_processes", "Processes by role.", ["role"], registry=registry, multiprocess_mode="livesum")
pool_connections = Gauge(
    "anirec_pool_connections", "Database connections of web processes; waiting: requests without one.", ["state"],
    registry=registry, multiprocess_mode="livesum",
)  # fmt: skip
pool_timeouts = Counter("anirec_pool_timeouts", "Requests that got no connection in time.", ["pool"], registry=registry)

_folder: Path | None = None  # of shared values


def share(role: str) -> None:
    """Count from now on in files that other processes read. role: "web", "worker" or "beat".

    Without room on the disk, the process counts in its own memory.
    """
    global _folder
    folder = settings.DATA_DIR / "metrics"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        allocate(folder)
    except OSError:
        return
    _folder = folder
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue(_identity)
    processes.labels(role).set(1)


def allocate(folder: Path | None = None) -> None:
    """Take the room for this process's files: writing to a mapped file on a full disk would kill the process."""
    folder = folder or _folder
    for kind in FILES if folder else ():
        with Path(f"{folder}/{kind}_{_identity()}.db").open("ab") as stream:
            stream.write(bytes(max(0, FILE_BYTES - stream.tell())))


def _identity() -> str:
    """Return a name that no other running process has. A pool process takes over the name of the one it replaces."""
    slot = getattr(current_process(), "index", None)
    return f"{_host()}-{os.getpid()}" if slot is None else f"{_host()}-{os.getppid()}-{slot}"


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.]", ".", socket.gethostname())


def collected() -> CollectorRegistry:
    """Return a registry with the values of all processes that share them, or else of this one."""
    if _folder is None:
        return registry
    _forget_dead(_folder)
    shared = CollectorRegistry()
    MultiProcessCollector(shared, str(_folder))
    return shared


def _forget_dead(folder: Path) -> None:
    """Remove the gauges of processes of this machine that are gone. Their counts stay."""
    for path in folder.glob(f"gauge_live*_{_host()}-*.db"):
        name = path.stem.rpartition("_")[2]
        if not _is_alive(int(name.split("-")[1])):
            with suppress(FileNotFoundError):
                mark_process_dead(name, str(folder))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    method = method if method in METHODS else "other"
    requests.labels(route, method, status_class(status)).inc()
    request_seconds.labels(route, method).observe(seconds)


def status_class(status: int) -> str:
    """
    >>> [status_class(status) for status in (200, 304, 404, 429, 500, 503)]
    ['2xx', '3xx', '4xx', '429', '5xx', '503']
    """
    return str(status) if status in (429, 503) else f"{status // 100}xx"


def count_task(task: str, outcome: str, seconds: float) -> None:
    tasks.labels(task, outcome).inc()
    task_seconds.labels(task).observe(seconds)
