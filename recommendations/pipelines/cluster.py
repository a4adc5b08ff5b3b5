"""Dask's cluster, if the site has one: what fits models is computed there, and else by this process's threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

CONNECT_SECONDS, WORKER_SECONDS = 10, 60


class ClusterError(RuntimeError):
    """The cluster can't be used. The message says why."""


@contextmanager
def cluster() -> Iterator[Any]:
    """Have `engine.tiles.compute` use the cluster at DASK_SCHEDULER; yield its client, or None if none is set.

    Raises ClusterError if the scheduler doesn't answer or has no worker.
    """
    if not settings.DASK_SCHEDULER:
        yield None
        return
    from distributed import Client

    try:
        client = Client(settings.DASK_SCHEDULER, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ClusterError(f"DASK_SCHEDULER: {settings.DASK_SCHEDULER} doesn’t answer: {error}") from error
    with client:
        _require_worker(client)
        yield client


def _require_worker(client: Any) -> None:
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        raise ClusterError(f"DASK_SCHEDULER: {settings.DASK_SCHEDULER} has no worker.") from error
