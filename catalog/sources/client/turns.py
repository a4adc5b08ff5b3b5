"""Turns to ask a service: one request at a time for each host, within a budget that all processes share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import random
from typing import Any

from redis.exceptions import RedisError

from anirec.lib.database.locks import try_lock
from anirec.lib.valkey import valkey
from catalog.models import SourceState
from catalog.sources.client.requests import Service, SourceUnavailableError
from catalog.sources.clock import clock

DAY = 86_400
JITTER = 0.2  # of the pause, so that sites that start together don't ask together
POLL = 0.1


@contextmanager
def turn(service: Service, patience: float = 90.0) -> Iterator[None]:
    """Wait for a turn and hold it for the block. Raise SourceUnavailableError after `patience` seconds.

    The lock belongs to the database connection: that of a killed worker is free at once.
    """
    deadline = time.monotonic() + patience
    while True:
        with try_lock(f"source {service.host}") as is_mine:
            if is_mine:
                _wait_for_budget(service, patience)
                yield
                return
        if time.monotonic() > deadline:
            raise SourceUnavailableError("Another worker is asking it.")
        time.sleep(POLL)


def _wait_for_budget(service: Service, patience: float) -> None:
    try:
        wait = seconds_to_wait(service)
        if wait > patience:
            raise SourceUnavailableError(f"Its budget is used up for {wait:.0f} seconds.")
        clock().sleep(wait)
        _count(service)
    except RedisError as error:
        raise SourceUnavailableError("Valkey is down, and with it the budget of requests.") from error


def seconds_to_wait(service: Service) -> float:
    """Return the seconds until the next request is within all budgets."""
    budgets = budgets_of(service)
    with valkey().pipeline(transaction=False) as pipe:
        for most, _ in budgets:
            pipe.zrevrange(_key(service), most - 1, most - 1, withscores=True)
        oldest: list[Any] = pipe.execute()
    now = clock().now().timestamp()
    waits = [some[0][1] + seconds - now for (_, seconds), some in zip(budgets, oldest, strict=True) if some]
    return max(0.0, max(waits, default=0.0))


def budgets_of(service: Service) -> list[tuple[int, float]]:
    """Return (most requests, seconds) of each budget. A learnt one replaces that per minute."""
    manners = service.manners
    learnt = SourceState.objects.filter(source=service.name).values_list("per_minute", flat=True).first()
    per_minute = min(manners.per_minute, learnt or manners.per_minute)
    pause = max(manners.pause, 60 / per_minute if learnt else 0) * (1 + JITTER * random())
    return [(1, pause), (max(1, int(per_minute)), 61.0), (manners.per_day, DAY)]


def _count(service: Service) -> None:
    now, key = clock().now().timestamp(), _key(service)
    with valkey().pipeline(transaction=True) as pipe:
        pipe.zadd(key, {f"{now:.6f}": now})
        pipe.zremrangebyscore(key, "-inf", now - DAY)
        pipe.expire(key, DAY)
        pipe.execute()


def _key(service: Service) -> str:
    return f"anirec:source:{service.name}"
