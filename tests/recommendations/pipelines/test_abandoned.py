"""A rebuild that was killed leaves a version that says it is running."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from anirec.lib.database.locks import MODEL_REBUILD, try_lock
from recommendations.models import ModelVersion
from recommendations.pipelines import tasks
from recommendations.pipelines.abandoned import MESSAGE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running():
    return ModelVersion.objects.create(kind=ModelVersion.Kind.SITE)


def test_within_a_minute_it_is_marked_as_failed(running):
    tasks.publish_unfinished()  # which runs every minute
    running.refresh_from_db()
    assert (running.status, running.message) == ("failed", MESSAGE)


def test_while_somebody_rebuilds_it_is_left_alone(running):
    has_lock, may_end = threading.Event(), threading.Event()

    def rebuild():
        with try_lock(MODEL_REBUILD):
            has_lock.set()
            may_end.wait(10)
        connections.close_all()

    other = threading.Thread(target=rebuild)
    other.start()
    has_lock.wait(10)

    tasks.publish_unfinished()

    may_end.set()
    other.join()
    running.refresh_from_db()
    assert running.status == "running"


def test_the_next_rebuild_marks_it_too(running, monkeypatch):
    from recommendations.pipelines import train

    monkeypatch.setattr(train, "_run", lambda *_arguments: None)
    train.rebuild()
    running.refresh_from_db()
    assert (running.status, running.message) == ("failed", MESSAGE)
