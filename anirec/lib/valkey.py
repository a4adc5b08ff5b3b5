"""The shared Valkey connection pool of the process, used by everything but the cache."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

WAIT_SECONDS = 1.0  # timeout to connect, and for each response


def valkey() -> redis.Redis:
    """Return a client over the shared pool. Its calls raise redis.RedisError if Valkey is down."""
    return redis.Redis(connection_pool=_pool(settings.REDIS_URL))


@cache
def _pool(url: str) -> redis.ConnectionPool:
    return _ImpatientPool.from_url(
        url, socket_connect_timeout=WAIT_SECONDS, socket_timeout=WAIT_SECONDS, retry=Retry(NoBackoff(), 0)
    )


class _ImpatientPool(redis.ConnectionPool):
    """A pool that fails at once for a second after a failure to connect: a request that uses it often waits once."""

    _down_until = 0.0

    def get_connection(self, *args: Any, **options: Any) -> redis.Connection:
        if time.monotonic() < self._down_until:
            raise redis.ConnectionError("Valkey was down a moment ago")
        try:
            return super().get_connection(*args, **options)
        except (redis.ConnectionError, redis.TimeoutError):
            self._down_until = time.monotonic() + WAIT_SECONDS
            raise
