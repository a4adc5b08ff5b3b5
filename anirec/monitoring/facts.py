"""What the site knows of its parts now, for the metrics and the System page, within a second."""

from __future__ import annotations

import json
import logging
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models.fields.json import KT

from anirec import workers
from anirec.alive import SEEN
from anirec.backups.state import LastBackup, last_backup
from anirec.lib.disk import is_read_only
from anirec.lib.valkey import valkey
from anirec.monitoring.messages import SENT_AT
from catalog.models import SourceState, Title
from catalog.sources.services import enabled_services
from recommendations.models import ModelVersion
from recommendations.staff.jobs import QUEUES

logger = logging.getLogger(__name__)

WAIT_SECONDS = 0.9
REMEMBERED_SECONDS = 5.0
BEAT_SECONDS = 120
SAMPLE = "sample"  # the source of the titles that every new site has
T = TypeVar("T")


@dataclass(frozen=True)
class Queue:
    """length: waiting tasks; oldest: seconds that the first of them has waited; n_workers: that take its tasks."""

    length: int
    oldest: float
    n_workers: int
    served_at: float | None


@dataclass(frozen=True)
class Services:
    """What Valkey knows. Times are in seconds since 1970."""

    started_at: float
    queues: dict[str, Queue]
    workers: dict[str, list[str]]
    beat_seen: float | None


@dataclass(frozen=True)
class Model:
    version: int
    kind: str
    trained_at: datetime
    live_since: datetime | None


@dataclass(frozen=True)
class Source:
    """An enabled catalogue source. is_daily: its data must never be older than a day."""

    is_daily: bool
    answered_at: datetime | None
    is_failing: bool


@dataclass(frozen=True)
class Records:
    """What the database knows. rebuild: state of the newest training and when it began."""

    started_at: datetime
    model: Model | None
    rebuild: tuple[str, datetime] | None
    sources: dict[str, Source]
    has_catalogue: bool  # of titles other than the sample's


@dataclass(frozen=True)
class Facts:
    """None: the part is down. backup: its `finished_at`, `seconds`, `bytes` and `error`; None if there is none."""

    records: Records | None
    services: Services | None
    disk_free: int
    disk_size: int
    is_read_only: bool
    backup: LastBackup | None
    at: float = field(default_factory=time.time)


_lock = Lock()
_last: tuple[float, Facts] | None = None


def remembered_facts() -> Facts:
    """Return facts that are at most some seconds old, so that many who ask cost no more than one."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > REMEMBERED_SECONDS:
            _last = time.monotonic(), collect()
        return _last[1]


def collect() -> Facts:
    """Ask the database and Valkey at the same time, over connections of their own."""
    asked_at = time.monotonic()
    records, services = _threads().submit(_records), _threads().submit(read_services)
    disk = shutil.disk_usage(settings.DATA_DIR)
    return Facts(
        _answer("The database", records, asked_at), _answer("Valkey", services, asked_at),
        disk.free, disk.total, is_read_only(), last_backup(),
    )  # fmt: skip


def _answer(name: str, asked: Future[T], asked_at: float) -> T | None:
    try:
        return asked.result(max(0, asked_at + WAIT_SECONDS - time.monotonic()))
    except Exception as error:  # of any client: the part is down
        asked.cancel()
        logger.warning("%s gave no answer to monitoring: %s", name, type(error).__name__)
        return None


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, "facts")


# --- The database ----------------------------------------------------------------------------------------------------


def _records() -> Records:
    """Read over a connection of its own: those of the pool may all be in use."""
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "pool"}
    parameters |= {"connect_timeout": 2, "tcp_user_timeout": 2000, "options": "-c statement_timeout=900"}
    with psycopg.connect(**parameters, autocommit=True) as own, own.cursor() as cursor:
        return read_records(cursor)


def read_records(cursor: Any) -> Records:
    def rows(queryset: Any) -> list[Any]:
        cursor.execute(*queryset.query.sql_with_params())
        return cursor.fetchall()

    cursor.execute("SELECT pg_postmaster_start_time()")
    started_at = cursor.fetchone()[0]
    versions = ModelVersion.objects.order_by("-pk")
    live = rows(versions.filter(is_active=True).values_list("pk", "kind", "created_at", "activated_at"))
    trained = versions.exclude(status__in=["running", "publishing"]).values_list("status", "created_at")
    states = SourceState.objects.values_list("source", "succeeded_at", "failing_since")
    answered = {source: (at, failing_since) for source, at, failing_since in rows(states)}
    named = Title.objects.order_by().annotate(source=KT("field_sources__name")).values("pk")
    own = named.filter(source__isnull=False).exclude(source=SAMPLE)[:1]
    return Records(
        started_at=started_at,
        model=Model(*live[0]) if live else None,
        rebuild=next(iter(rows(trained[:1])), None),
        sources={
            service.name: Source(service.is_daily, at, failing_since is not None)
            for service in enabled_services()
            for at, failing_since in [answered.get(service.name, (None, None))]
        },
        has_catalogue=bool(rows(own)),
    )


# --- Valkey ----------------------------------------------------------------------------------------------------------


def read_services() -> Services:
    """Raise redis.RedisError if Valkey is down."""
    with valkey().pipeline(transaction=False) as pipe:
        pipe.info("server")
        pipe.hgetall(SEEN)
        for queue in QUEUES:
            pipe.llen(queue)
            pipe.lindex(queue, -1)
        info, seen, *waiting = pipe.execute()
    alive = workers.queues_of_workers()
    return Services(
        started_at=time.time() - info["uptime_in_seconds"],
        queues={
            queue: Queue(
                waiting[2 * i],
                _age(waiting[2 * i + 1]),
                sum(queue in queues for queues in alive.values()),
                _number(seen.get(queue.encode())),
            )
            for i, queue in enumerate(QUEUES)
        },
        workers=alive,
        beat_seen=_number(seen.get(b"beat")),
    )


def _age(message: bytes | None) -> float:
    """Return the seconds since a task was sent, 0 if there is none or it doesn't say."""
    try:
        return max(0.0, time.time() - json.loads(message or b"")["headers"][SENT_AT])
    except (ValueError, KeyError, TypeError):
        return 0.0


def is_recent(beat_seen: float | None, now: float) -> bool:
    """Return whether the scheduler was alive lately."""
    return beat_seen is not None and now - beat_seen < BEAT_SECONDS


def _number(text: bytes | None) -> float | None:
    return float(text) if text else None
