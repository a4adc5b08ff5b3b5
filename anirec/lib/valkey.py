"""The site's one way to Valkey, apart from the cache: connections of a pool that the process shares."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings

WAIT_SECONDS = 1.0  # to connect, and for each answer


def valkey() -> redis.Redis:
    """A client over the shared pool. What it is asked raises redis.RedisError when Valkey is away."""
    return redis.Redis(connection_pool=_pool(settings.REDIS_URL))


@cache
def _pool(url: str) -> redis.ConnectionPool:
    return redis.ConnectionPool.from_url(url, socket_connect_timeout=WAIT_SECONDS, socket_timeout=WAIT_SECONDS)
