"""The shared Valkey connection pool of the process, used by everything but the cache."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings

WAIT_SECONDS = 1.0  # to connect, and for each answer


def valkey() -> redis.Redis:
    """Return a client over the shared pool. Its calls raise redis.RedisError if Valkey is down."""
    return redis.Redis(connection_pool=_pool(settings.REDIS_URL))


@cache
def _pool(url: str) -> redis.ConnectionPool:
    return redis.ConnectionPool.from_url(url, socket_connect_timeout=WAIT_SECONDS, socket_timeout=WAIT_SECONDS)
