"""Models fitted and evaluated on Dask's cluster: real workers, one of which is killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from recommendations.benchmark.cluster import local_cluster
from recommendations.engine.data import batches
from recommendations.engine.data.splitting import hide_titles, split
from recommendations.engine.evaluation import evaluate_agreement, evaluate_members, evaluate_new_titles
from recommendations.engine.matrices import tiles
from recommendations.engine.models.content import Content
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.inputs.rating_set import write
from recommendations.pipelines.cluster import ClusterError, cluster
from tests.recommendations.engine.matrices.test_tiles import ratings
from tests.recommendations.engine.toys import clusters, fitted


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

    with two_workers(settings, killed_after=0.3):
        together = RatingAwareEase(neighbours=20).fit_parts(written.parts, is_known)

    assert abs(together.all_weights - alone.all_weights).max() < 1e-5


@pytest.fixture
def evaluated(monkeypatch):
    """Return a function that evaluates models of all kinds in many batches: every member's figures, and all means."""
    monkeypatch.setattr(batches, "BATCH", 4)
    parts = split(clusters(n_users=900))
    new = hide_titles(parts.train, parts.validation)
    hybrid, linear = fitted(parts.train).hybrid, RatingAwareEase(neighbours=20).fit(parts.train)
    content, audience = Content().fit(new.train), parts.train.item_counts() / len(parts.train.users)

    def evaluate():
        members = evaluate_members(hybrid, parts.test, audience)
        means = evaluate_new_titles(content, new), evaluate_agreement(hybrid, linear, parts.judging.inputs)
        return {**members.values, "exposure": members.exposure}, means

    return evaluate


def test_figures_are_the_same_to_the_last_bit_though_a_worker_is_killed(settings, evaluated):
    alone, means = evaluated()

    with two_workers(settings, killed_after=0.3):
        together, their_means = evaluated()

    for name, values in alone.items():
        np.testing.assert_array_equal(together[name], values)
    assert their_means == means
    assert np.nanmean(alone["ndcg_10_liked"]) > 0.2


def test_batches_are_divided_among_the_workers_and_stay_in_their_order(settings, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 10)
    lists = clusters().histories()

    with two_workers(settings):
        answers = batches.in_batches(
            lambda shared, own: (os.getpid(), shared + own.matrix.indices.sum()), [1000], lists
        )

    workers, sums = zip(*answers, strict=True)
    assert len(set(workers)) == 2
    assert os.getpid() not in workers
    assert list(sums) == [1000 + lists[at : at + 10].matrix.indices.sum() for at in range(0, len(lists), 10)]


@contextmanager
def two_workers(settings, *, killed_after: float | None = None) -> Iterator[None]:
    """Compute on two workers; killed_after: seconds until one of them is killed with SIGKILL."""
    with local_cluster(workers=2) as (_, address):
        settings.DASK_SCHEDULER = address
        with cluster() as client:
            client.wait_for_workers(2, timeout=60)
            if killed_after is not None:
                victim = next(iter(client.run(os.getpid).values()))
                threading.Timer(killed_after, os.kill, (victim, signal.SIGKILL)).start()
            yield
