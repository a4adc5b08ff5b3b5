"""/metrics for Prometheus, answered before Django sees the request.

A scraper needs METRICS_TOKEN, or an address in METRICS_NETWORKS and no proxy in between. A session doesn't help.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from anirec.backups.state import LastBackup
from anirec.lib.telemetry import metrics
from anirec.monitoring.facts import Facts, Records, Services, is_recent, remembered_facts
from anirec.server.health import Application, Receive, Scope, Send

PATHS = ("/metrics", "/metrics/")
FORWARDED = {b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-real-ip", b"via"}
REFUSAL = b"Send METRICS_TOKEN as a bearer token, or scrape from METRICS_NETWORKS.\n"
PRIVATE = (b"cache-control", b"no-store")


class MetricsEndpoint:
    """ASGI application that answers scrapes and passes on every other request."""

    def __init__(self, site: Application) -> None:
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in PATHS:
            await self.site(scope, receive, send)
        elif may_scrape(scope):
            body = await asyncio.to_thread(render)
            await _answer(send, 200, CONTENT_TYPE_LATEST.encode(), body)
        else:
            await _answer(send, 403, b"text/plain", REFUSAL)


async def _answer(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), PRIVATE]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def may_scrape(scope: Scope) -> bool:
    """Return whether the request has the token, or comes straight from a network that needs none."""
    headers = dict(scope["headers"])
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    expected = settings.METRICS_TOKEN.encode()
    if expected and scheme.lower() == b"bearer" and hmac.compare_digest(token, expected):
        return True
    return not FORWARDED & headers.keys() and _is_near(scope.get("client"))


def _is_near(client: Any) -> bool:
    try:
        address = ipaddress.ip_address(client[0])
    except (ValueError, TypeError):
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)


def render() -> bytes:
    """Return all metrics as text: those that processes counted, and those read now."""
    now = CollectorRegistry()
    now.register(FactsCollector(remembered_facts()))  # type: ignore[arg-type]
    return generate_latest(metrics.collected()) + generate_latest(now)


class FactsCollector:
    """The metrics that facts give. Those that can't be known, because their part is down, are absent."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def collect(self) -> list[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for name, labels, value in _samples(self.facts):
            if name not in families:
                families[name] = GaugeMetricFamily(f"anirec_{name}", HELP[name], labels=list(labels))
            number = value.timestamp() if isinstance(value, datetime) else float(value)
            families[name].add_metric(list(labels.values()), number)
        return list(families.values())


HELP = {
    "up": "Whether a part works.",
    "disk_free_bytes": "Free disk of DATA_DIR.",
    "disk_size_bytes": "Size of the disk of DATA_DIR.",
    "read_only": "Whether changes are refused because the disk is full.",
    "queue_length": "Waiting tasks.",
    "queue_oldest_seconds": "Wait of the oldest task.",
    "queue_workers": "Workers that take tasks from the queue.",
    "model_trained_timestamp_seconds": "When the live model was trained.",
    "rebuild_failed": "Whether the last training failed.",
    "source_answered_timestamp_seconds": "When a catalogue source last answered.",
    "source_failing": "Whether a catalogue source refuses or fails.",
    "backup_finished_timestamp_seconds": "When the last backup ended.",
    "backup_seconds": "Duration of the last backup.",
    "backup_bytes": "Size of the last backup.",
    "backup_failed": "Whether the last backup failed.",
}
Sample = tuple[str, dict[str, str], float | datetime]


def _samples(facts: Facts) -> Iterator[Sample]:
    yield "up", {"part": "database"}, facts.records is not None
    yield "up", {"part": "cache"}, facts.services is not None
    yield "disk_free_bytes", {}, facts.disk_free
    yield "disk_size_bytes", {}, facts.disk_size
    yield "read_only", {}, facts.is_read_only
    if facts.services:
        yield from _of_services(facts.services, facts.at)
    if facts.records:
        yield from _of_records(facts.records)
    if facts.backup:
        yield from _of_backup(facts.backup)


def _of_services(services: Services, now: float) -> Iterator[Sample]:
    yield "up", {"part": "beat"}, is_recent(services.beat_seen, now)
    for name, queue in services.queues.items():
        yield "queue_length", {"queue": name}, queue.length
        yield "queue_oldest_seconds", {"queue": name}, queue.oldest
        yield "queue_workers", {"queue": name}, queue.n_workers


def _of_records(records: Records) -> Iterator[Sample]:
    if model := records.model:
        yield "model_trained_timestamp_seconds", {"version": str(model.version)}, model.trained_at
    if records.rebuild:
        yield "rebuild_failed", {}, records.rebuild[0] == "failed"
    for name, source in records.sources.items():
        labels = {"source": name, "daily": "yes" if source.is_daily else "no"}
        yield "source_answered_timestamp_seconds", labels, source.answered_at or 0
        yield "source_failing", {"source": name}, source.is_failing


def _of_backup(backup: LastBackup) -> Iterator[Sample]:
    if backup.finished_at is not None:
        yield "backup_finished_timestamp_seconds", {}, backup.finished_at
        yield "backup_seconds", {}, backup.seconds or 0
        yield "backup_bytes", {}, backup.bytes or 0
    yield "backup_failed", {}, bool(backup.error)
