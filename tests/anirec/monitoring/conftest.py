from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

if TYPE_CHECKING:
    from anirec.monitoring.facts import Facts


@pytest.fixture
def healthy_site(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All parts work: a worker for every queue, the scheduler, a fresh model, a backup, room on the disk."""
    from anirec import alive, workers
    from anirec.lib.valkey import valkey
    from anirec.monitoring import facts
    from recommendations.models import ModelVersion
    from recommendations.staff.jobs import QUEUES

    keys = (alive.SEEN, workers.WORKERS, *QUEUES, "anirec:alive:all@test")
    services = valkey()  # also at the end, when a test has set another address
    services.delete(*keys)
    valkey().sadd(workers.WORKERS, "all@test")
    valkey().set("anirec:alive:all@test", ",".join(QUEUES))
    valkey().hset(alive.SEEN, "beat", time.time())
    ModelVersion.objects.create(kind="site", status="published", is_active=True, activated_at=timezone.now())
    monkeypatch.setattr(facts.shutil, "disk_usage", lambda _: SimpleNamespace(free=50 * 2**30, total=100 * 2**30))
    set_backup(monkeypatch, hours=2)
    yield
    services.delete(*keys)


def set_backup(monkeypatch: pytest.MonkeyPatch, hours: float, error: str = "") -> None:
    """Let the last backup have ended this many hours ago."""
    from anirec.monitoring import facts

    backup = SimpleNamespace(
        finished_at=timezone.now() - timedelta(hours=hours), seconds=12.0, bytes=5_000_000, error=error
    )
    monkeypatch.setattr(facts, "last_backup", lambda: backup)


@pytest.fixture
def collect(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Facts]:
    """Collect facts that see the test's transaction, which other connections don't."""
    from anirec.monitoring import facts

    whole = facts.collect

    def collected() -> Facts:
        found = whole()
        if found.records is None:
            return found
        with connection.cursor() as cursor:
            return replace(found, records=facts.read_records(cursor))

    monkeypatch.setattr(facts, "collect", collected)
    return collected


@pytest.fixture
def scrape(collect: Callable[[], Facts], monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Return the text of /metrics now."""
    from anirec.lib.telemetry import metrics
    from anirec.monitoring import facts
    from anirec.monitoring.exporter import render

    monkeypatch.setattr(metrics, "_folder", None)  # an earlier test may have begun to share its counts

    def text() -> str:
        monkeypatch.setattr(facts, "_last", None)
        return render().decode()

    return text
