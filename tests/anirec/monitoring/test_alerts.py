"""Every alert fires when the part that it watches is broken, and not before; the dashboard shows what is there."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as site
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.utils import timezone
from psycopg_pool import ConnectionPool, PoolTimeout

from anirec.alive import SEEN
from anirec.backups.state import LastBackup
from anirec.celery import app
from anirec.lib import disk
from anirec.lib.telemetry import metrics
from anirec.lib.valkey import valkey
from anirec.monitoring import facts, messages
from anirec.monitoring.parts import parts_of
from anirec.server import requests
from anirec.server.handler import BoundedHandler, Lane
from catalog.models import SourceState
from recommendations.models import ModelVersion
from tests.anirec.monitoring.conftest import set_backup
from tests.anirec.monitoring.promql import Store, evaluate, selectors

FOLDER = Path(site.BASE_DIR) / "deploy" / "monitoring"
RULES = {rule["alert"]: rule for rule in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]}
STEP = 15

BREAKS: dict[str, Callable[..., object]] = {}


def breaks(alert: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    def note(do: Callable[..., object]) -> Callable[..., object]:
        BREAKS[alert] = do
        return do

    return note


@breaks("SiteDown")
def stop_web_process(world):
    world.up = 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen("http://127.0.0.1:1/metrics")


@breaks("ManyErrors")
def let_pages_fail(world):
    def fail(*_args, **_options):
        raise ValueError("a fault")

    with world.monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", fail)
        for _ in range(10):
            world.client.get("/titles/")


@breaks("SlowPages")
def slow_pages_down(world):
    clock = iter(range(0, 10_000, 2))
    middleware = requests.RequestMiddleware(lambda _: HttpResponse())
    with world.monkeypatch.context() as patch:
        patch.setattr(requests.time, "perf_counter", lambda: next(clock))
        for _ in range(30):
            request = world.rf.get("/titles/")
            request.resolver_match = SimpleNamespace(view_name="catalog:browse")
            middleware(request)


@breaks("DatabaseDown")
def stop_database(world):
    parameters = connection.get_connection_params() | {"host": "127.0.0.1", "port": 1}
    world.monkeypatch.setattr(DatabaseWrapper, "get_connection_params", lambda _: parameters)


@breaks("CacheDown")
def stop_valkey(world):
    world.settings.REDIS_URL = "redis://127.0.0.1:1/0"


@breaks("QueueTooOld")
def leave_task_waiting(world):
    with world.monkeypatch.context() as patch:
        patch.setattr(messages.time, "time", lambda: world.now - 400)
        app.send_task("tests.any", queue="interactive")


@breaks("NoWorker")
def stop_workers(world):
    valkey().delete("anirec:alive:all@test")


@breaks("NoScheduler")
def stop_scheduler(world):
    valkey().hset(SEEN, "beat", time.time() - 200)


@breaks("ModelTooOld")
def let_model_age(world):
    ModelVersion.objects.update(created_at=timezone.now() - timedelta(days=8))


@breaks("RebuildFailed")
def fail_training(world):
    ModelVersion.objects.create(kind="site", status="failed", message="out of memory")


@breaks("SourceStale")
def stop_imports(world):
    SourceState.objects.update(succeeded_at=timezone.now() - timedelta(hours=25))


@breaks("DiskNearlyFull")
def fill_most_of_disk(world):
    usage = SimpleNamespace(free=9 * 2**30, total=100 * 2**30)
    world.monkeypatch.setattr(facts.shutil, "disk_usage", lambda _: usage)


@breaks("ReadOnly")
def fill_disk(world):
    full = SimpleNamespace(f_bavail=0, f_frsize=4096)
    world.monkeypatch.setattr(disk.os, "statvfs", lambda _: full)


@breaks("BackupTooOld")
def stop_backups(world):
    set_backup(world.monkeypatch, hours=37)


@breaks("BackupFailed")
def fail_backup(world):
    set_backup(world.monkeypatch, hours=1, error="the disk is full")


@breaks("Shedding")
def send_too_many(world):
    handler = BoundedHandler()
    handler.pages = Lane(threads=0, most_waiting=0, wait=0.1)

    async def ask():
        headers = [(b"host", b"localhost")]
        scope = {"type": "http", "method": "GET", "path": "/about/", "query_string": b"", "headers": headers}
        client = ApplicationCommunicator(handler, scope)
        await client.send_input({"type": "http.request", "body": b""})
        return (await client.receive_output(5))["status"]

    async def ask_often():
        return [await ask() for _ in range(60)]

    with ThreadPoolExecutor(1) as thread:
        assert set(thread.submit(asyncio.run, ask_often()).result()) == {503}


@breaks("PoolWaiting")
def use_all_connections(world):
    pool = ConnectionPool(site.DATABASE_URL, min_size=1, max_size=1, timeout=0.1, open=True)
    world.monkeypatch.setattr(DatabaseWrapper, "_connection_pools", {"default": pool})
    with pool.connection(timeout=5), pytest.raises(PoolTimeout):
        pool.getconn()
    world.monkeypatch.setattr(requests, "_pool_due", 0.0)
    requests.count_pool()
    pool.close()


@pytest.fixture
def world(healthy_site, scrape, monkeypatch, settings, client, rf, make_title) -> SimpleNamespace:
    """A site that is scraped every 15 seconds, at first with all parts working."""
    make_title()
    settings.SOURCES = ["offline-database", "id-map"]
    SourceState.objects.create(source="offline-database", succeeded_at=timezone.now() - timedelta(hours=13))
    client.raise_request_exception = False
    for lane in ("pages", "credentials"):
        metrics.shed_requests.labels(lane).inc(0)
    metrics.pool_timeouts.labels("default").inc(0)
    metrics.count_request("catalog:browse", "GET", 500, 0.01)
    client.get("/titles/")
    world = SimpleNamespace(
        up=1, now=time.time(), store=Store(), monkeypatch=monkeypatch, settings=settings, client=client, rf=rf
    )

    def scrape_once() -> None:
        world.now += STEP
        world.store.scrape(scrape() if world.up else "", world.now)
        world.store.scrape(f'up{{job="anirec"}} {world.up}\n', world.now)

    world.scrape = scrape_once
    for _ in range(3):
        world.scrape()
        for _ in range(10):
            metrics.count_request("catalog:browse", "GET", 200, 0.01)
    return world


def firing(world) -> list[str]:
    return [name for name, rule in RULES.items() if evaluate(rule["expr"], world.store, world.now)]


@pytest.mark.parametrize("alert", sorted(RULES))
def test_an_alert_fires_when_its_part_is_broken_and_not_before(alert, world):
    before = firing(world)

    BREAKS[alert](world)
    world.scrape()

    assert (before, alert in firing(world)) == ([], True)


def test_a_first_backup_that_fails_is_an_alert(world):
    world.monkeypatch.setattr(facts, "last_backup", lambda: LastBackup(error="the disk is full"))
    world.store = Store()
    world.scrape()
    assert firing(world) == ["BackupFailed"]
    assert parts_of(facts.collect())[9].state == "down"


def test_sources_that_are_not_enabled_are_no_alert(world):
    world.settings.SOURCES = ["id-map"]  # whose data may be older
    stop_imports(world)
    world.store = Store()
    world.scrape()
    assert firing(world) == []


def test_a_part_that_is_down_breaks_neither_metrics_nor_other_alerts(world):
    stop_valkey(world)
    stop_database(world)
    world.store = Store()
    world.scrape()
    assert firing(world) == ["DatabaseDown", "CacheDown"]


# --- The files ------------------------------------------------------------------------------------------------------


@pytest.fixture
def labels_of(world, scrape) -> dict[str, set[str]]:
    """The labels of each metric that /metrics gives, after all have been counted once."""
    for metric in list(metrics.registry._names_to_collectors.values()):
        metric.labels(*["x"] * len(metric._labelnames))
    store = Store()
    store.scrape(scrape() + 'up{job="anirec",instance="x"} 1\n', 0)
    found: dict[str, set[str]] = {}
    for name, labels in store.series:
        found.setdefault(name, set()).update(dict(labels))
    return found


def dashboard_expressions() -> list[str]:
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_expressions_name_only_metrics_and_labels_that_exist(labels_of):
    expressions = [rule["expr"] for rule in RULES.values()] + dashboard_expressions()
    used = [pair for expression in expressions for pair in selectors(expression)]
    assert len(used) > 40
    assert [(name, labels) for name, labels in used if not labels <= labels_of.get(name, set())] == []


def test_the_dashboard_shows_every_metric(labels_of):
    shown = {name for expression in dashboard_expressions() for name, _ in selectors(expression)}
    elsewhere = {name for rule in RULES.values() for name, _ in selectors(rule["expr"])}
    known = {name for name in labels_of if not name.endswith(("_created", "_count", "_sum", "_bucket"))}
    unused = {"anirec_backup_bytes", "anirec_backup_seconds"}
    assert known - shown - elsewhere == unused


def test_every_panel_can_be_computed(world):
    computed = [evaluate(expression, world.store, world.now) for expression in dashboard_expressions()]
    assert len(computed) > 20
    assert {type(value) for vector in computed for value in vector.values()} == {float}


def test_every_alert_says_what_it_means_and_leads_to_a_remedy():
    headings = (Path(site.BASE_DIR) / "docs" / "operations.md").read_text().splitlines()
    for name, rule in RULES.items():
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"
        assert f"#### {name}" in headings
