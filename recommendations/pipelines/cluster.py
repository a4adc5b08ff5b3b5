"""Dask's cluster, if the site has one: its workers fit the linear models, and rank held-out members' titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self
from uuid import uuid4

from django.conf import settings

from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.models.linear import sharing
from recommendations.inputs import rating_set

CONNECT_SECONDS, WORKER_SECONDS = 10, 60
LARGEST_GRAPH = "1GB"  # without a warning: a model travels in the graph, once (see `engine.data.batches`)


class ClusterError(RuntimeError):
    """The cluster can't be used. The message says why."""


@contextmanager
def cluster() -> Iterator[Any]:
    """Have the cluster at DASK_SCHEDULER fit linear models and evaluate; yield its client, or None if none is set.

    Raises ClusterError if the scheduler doesn't answer or has no worker.
    """
    if not settings.DASK_SCHEDULER:
        yield None
        return
    with _connected() as client, TemporarySets(settings.RATINGS_URL) as sets:
        token = sharing.set(sets.share)
        try:
            yield client
        finally:
            sharing.reset(token)


class TemporarySets:
    """Sets of ratings for the workers, each removed when the next one is written."""

    def __init__(self, url: str) -> None:
        self.url = f"{url.rstrip('/')}/{uuid4().hex}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        rating_set.remove(self.url)

    def share(self, rows: Interactions) -> Sequence[Callable[[], Histories]]:
        return rating_set.write(self.url, rows).parts


def _connected() -> Any:
    from dask import config
    from distributed import Client

    config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_GRAPH})
    try:
        client = Client(settings.DASK_SCHEDULER, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ClusterError(f"DASK_SCHEDULER: {settings.DASK_SCHEDULER} doesn’t answer: {error}") from error
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        client.close()
        raise ClusterError(f"DASK_SCHEDULER: {settings.DASK_SCHEDULER} has no worker.") from error
    return client
