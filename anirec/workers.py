"""Celery workers that lose nothing when they are killed.

A worker keeps the messages that it has taken and not finished under a key of its own in Valkey. When it comes back, it
returns them to their queues at once, instead of after a fixed time that the longest task would set; for a worker that
does not come back, another one does so within a minute. A message that was returned too often has probably killed its
worker each time, and is dropped.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import Any

from celery import Celery, current_app
from celery.signals import celeryd_init, heartbeat_sent, worker_init, worker_process_init

from anirec.alive import alive_key, is_alive, note_alive
from anirec.lib.jobs import Run, job
from anirec.lib.parent import exit_at_once_with_parent
from anirec.lib.telemetry import metrics
from anirec.lib.valkey import valkey

logger = logging.getLogger(__name__)

WORKERS = "anirec:workers"  # the set of all names
MOST_RETURNS = 3
COUNTS_KEPT = 24 * 3600  # seconds


def keys_of(worker: str) -> dict[str, str]:
    return {name: f"{name.removesuffix('_key')}:{worker}" for name in ("unacked_key", "unacked_index_key")}


@celeryd_init.connect
def use_own_keys(sender: str, conf: Any, **_: Any) -> None:
    """Keep unfinished messages under the worker's name. sender: the name, such as "trainer@host"."""
    conf.broker_transport_options |= keys_of(sender)


@celeryd_init.connect
def share_metrics(**_: Any) -> None:
    metrics.share("worker")


@worker_init.connect
def return_own(sender: Any, **_: Any) -> None:
    """Return the messages that this worker's last run has left unfinished."""
    valkey().sadd(WORKERS, sender.hostname)
    return_messages(sender.app, sender.hostname)


@heartbeat_sent.connect
def stay_alive(sender: Any, **_: Any) -> None:
    note_alive(sender.eventer.hostname, current_app.amqp.queues.consume_from)


@worker_process_init.connect
def end_with_worker(**_: Any) -> None:
    """End a pool process with its worker: a killed trainer's rebuild must not go on beside the next one."""
    exit_at_once_with_parent()
    with suppress(OSError):
        metrics.allocate()


@job("anirec.workers.return_orphaned_tasks", "interactive", Run(60, expires=60))
def return_orphaned_tasks() -> None:
    """Return the messages of workers that are gone, as after a container got a new name."""
    client = valkey()
    workers: Any = client.smembers(WORKERS)
    for worker in (name.decode() for name in workers):
        if not is_alive(worker):
            return_messages(current_app, worker)
            client.srem(WORKERS, worker)


def return_messages(app: Celery, worker: str) -> int:
    """Return the worker's unfinished messages to their queues. Return how many."""
    with app.connection_for_write() as connection:
        channel = connection.channel()
        vars(channel).update(keys_of(worker))
        tags: Any = valkey().hkeys(channel.unacked_key)
        for tag in (tag.decode() for tag in tags):
            if _is_poison(tag, channel.unacked_key):
                channel.qos.ack(tag)
            else:
                channel.qos.restore_by_tag(tag)
    if tags:
        logger.warning("%s was killed; its %d unfinished tasks go on.", worker, len(tags))
    return len(tags)


def queues_of_workers() -> dict[str, list[str]]:
    """Return the queues of each worker that is alive."""
    client = valkey()
    names: Any = sorted(name.decode() for name in client.smembers(WORKERS))  # type: ignore[union-attr]
    signs: Any = client.mget([alive_key(name) for name in names]) if names else []
    return {name: sign.decode().split(",") for name, sign in zip(names, signs, strict=True) if sign is not None}


def _is_poison(tag: str, key: str) -> bool:
    client, returned = valkey(), f"anirec:returned:{tag}"
    n_returns: Any = client.incr(returned)
    client.expire(returned, COUNTS_KEPT)
    if n_returns <= MOST_RETURNS:
        return False
    message = json.loads(client.hget(key, tag) or "")[0]
    logger.error("%s was dropped: its worker was killed %d times.", message["headers"].get("task"), n_returns)
    return True
