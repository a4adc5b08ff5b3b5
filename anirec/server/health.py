"""Health checks: /health/live for this process alone, /health/ready (and /health/) for its database and Valkey, too.

They answer before Django sees the request: a full pool of connections, busy threads or the redirect to HTTPS don't
delay them. The database and Valkey are asked over connections of their own, within a second.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import psycopg
import redis.asyncio
from django.conf import settings

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LIVE, READY = ("/health/live", "/health/live/"), ("/health/ready", "/health/ready/", "/health", "/health/")
WAIT_SECONDS = 0.9
REMEMBERED_SECONDS = 1.0  # so that many who ask cost no more than one


async def _ask_database() -> None:
    async with await psycopg.AsyncConnection.connect(settings.DATABASE_URL) as connection:
        await connection.execute("SELECT 1")


async def _ask_valkey() -> None:
    async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client:
        await client.ping()


PARTS: dict[str, Callable[[], Awaitable[None]]] = {"database": _ask_database, "valkey": _ask_valkey}


class HealthChecks:
    """ASGI application that answers health checks and passes on every other request."""

    def __init__(self, site: Application) -> None:
        self.site = site
        self._parts: dict[str, str] = {}
        self._asked_at = -REMEMBERED_SECONDS
        self._asking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in LIVE:
            await _answer(send, 200, {"status": "ok"})
        elif path in READY:
            parts = await self._states()
            is_up = set(parts.values()) == {"ok"}
            await _answer(send, 200 if is_up else 503, {"status": "ok" if is_up else "down", **parts})
        else:
            await self.site(scope, receive, send)

    async def _states(self) -> dict[str, str]:
        async with self._asking:
            if time.monotonic() - self._asked_at > REMEMBERED_SECONDS:
                states = await asyncio.gather(*(_state(name, ask) for name, ask in PARTS.items()))
                self._parts, self._asked_at = dict(zip(PARTS, states, strict=True)), time.monotonic()
        return self._parts


async def _state(name: str, ask: Callable[[], Awaitable[None]]) -> str:
    try:
        await asyncio.wait_for(ask(), WAIT_SECONDS)
    except Exception as error:  # any client error means that the service is down
        logger.error("%s is down: %s", name, str(error) or "it does not answer")
        return "down"
    return "ok"


async def _answer(send: Send, status: int, body: dict[str, str]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
