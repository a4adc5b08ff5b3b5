"""Models fitted on Dask's cluster: real workers, one of which is killed."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from recommendations.benchmark.cluster import local_cluster
from recommendations.engine.matrices import tiles
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.inputs.rating_set import write
from recommendations.pipelines.cluster import ClusterError, cluster
from tests.recommendations.engine.matrices.test_tiles import ratings


def test_without_a_scheduler_this_process_computes(settings):
    settings.DASK_SCHEDULER = ""

    with cluster() as client:
        assert client is None


def test_a_scheduler_that_does_not_answer_is_named(settings, monkeypatch):
    settings.DASK_SCHEDULER = "tcp://127.0.0.1:1"
    monkeypatch.setattr("recommendations.pipelines.cluster.CONNECT_SECONDS", 1)

    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:1 doesn’t answer"), cluster():
        pass


def test_a_scheduler_without_workers_is_named(settings, monkeypatch):
    monkeypatch.setattr("recommendations.pipelines.cluster.WORKER_SECONDS", 1)

    with local_cluster(workers=0) as (_, address):
        settings.DASK_SCHEDULER = address
        with pytest.raises(ClusterError, match="has no worker"), cluster():
            pass


def test_weights_are_the_same_though_a_worker_is_killed(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(tiles, "PER_TILE", 64)
    rows = ratings(2000, 200)
    written, is_known = write(str(tmp_path), rows, 8000), rows.item_counts() > 0
    alone = RatingAwareEase(neighbours=20).fit_parts(written.parts, is_known)

    with local_cluster(workers=2) as (_, address):
        settings.DASK_SCHEDULER = address
        with cluster() as client:
            client.wait_for_workers(2, timeout=60)
            victim = next(iter(client.run(os.getpid).values()))
            threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
            together = RatingAwareEase(neighbours=20).fit_parts(written.parts, is_known)

    assert abs(together.all_weights - alone.all_weights).max() < 1e-5
