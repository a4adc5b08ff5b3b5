"""Django's Redis cache, shared by the whole process, and replaced by the process's memory while Valkey is down.

Django makes a cache object for each request of an ASGI site, and each would open connections of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # until the next request tries Valkey again
MEMORY_SECONDS = 60

_pools: dict[tuple[str, ...], dict[int, Any]] = {}
_clients: dict[tuple[str, ...], dict[bool, Any]] = {}  # servers → {for writing: client}


class _Outage:
    """State of this process while Valkey is down: when to try again, a cache in memory, and the keys written there.

    Those keys are deleted from Valkey when it is back, so that no process reads a value from before the outage.
    """

    def __init__(self) -> None:
        self.retry_at = 0.0
        self.memory = LocMemCache("outage", {"timeout": MEMORY_SECONDS})
        self.written: set[str] = set()

    def begin(self, error: RedisError) -> None:
        logger.warning("Valkey is down, so this process caches in its own memory: %s", error)
        self.retry_at = time.monotonic() + RETRY_SECONDS

    def end(self, client: RedisCacheClient) -> None:
        written = list(self.written)
        RedisCacheClient.delete_many(client, written)
        self.written.difference_update(written)
        self.memory.clear()


_outage = _Outage()


def _optional(name: str) -> Callable[..., Any]:
    """Return the client's method `name`, which works on memory while Valkey is down."""
    reach: Callable[..., Any] = getattr(RedisCacheClient, name)

    def call(client: RedisCacheClient, keys: Any, *args: Any) -> Any:
        if time.monotonic() >= _outage.retry_at:
            try:
                if _outage.written:
                    _outage.end(client)
                return reach(client, keys, *args)
            except RedisError as error:
                _outage.begin(error)
        if name not in ("get", "get_many", "has_key"):
            _outage.written.update([keys] if isinstance(keys, str) else keys)
        return getattr(_outage.memory, name)(keys, *args)

    return call


class OptionalClient(RedisCacheClient):
    """A client that shares its connections with all others of the process, and never fails."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._pools = _pools.setdefault(tuple(servers), {})
        self._clients = _clients.setdefault(tuple(servers), {})

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return a client from memory: creating one takes longer than a request to Valkey."""
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]

    add, get, set, touch, delete = map(_optional, ("add", "get", "set", "touch", "delete"))
    get_many, has_key, incr = map(_optional, ("get_many", "has_key", "incr"))
    set_many, delete_many = map(_optional, ("set_many", "delete_many"))


class OptionalRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OptionalClient
