"""Follows each request: gives it an ID, times it once for metrics, statistics and the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from anirec.lib.telemetry import metrics, queries
from anirec.lib.telemetry.request_ids import HEADER, identify
from anirec.lib.web.requests import route_of
from recommendations.analytics import tally

log = logging.getLogger("anirec.access")

POOL_SECONDS = 1.0  # between two looks at the connection pool
_pool_due = 0.0
_timeouts = 0


class RequestMiddleware:
    """Must come first, because it times all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = identify(request)
        queries.counts.restart()
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        response.headers[HEADER] = request_id
        _count(request, response, seconds)
        tally.count_request(request, response, seconds * 1000)
        write_access_log(request, response, seconds)
        return response


def _count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    route = route_of(request)
    metrics.count_request(route, request.method or "", response.status_code, seconds)
    if queries.counts.n:
        metrics.request_queries.labels(route).inc(queries.counts.n)
        metrics.request_database_seconds.labels(route).inc(queries.counts.seconds)
    count_pool()


def write_access_log(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Log a line without personal data: the route's name instead of the path, and no member."""
    fields: dict[str, Any] = {"method": request.method, "route": route_of(request), "status": response.status_code}
    fields["milliseconds"] = round(seconds * 1000, 1)
    log.info("%(method)s %(route)s %(status)s %(milliseconds)s ms", fields, extra=fields)


def count_pool() -> None:
    """Note the state of this process's connection pool, at most once a second."""
    global _pool_due, _timeouts
    pools: dict[str, Any] = DatabaseWrapper._connection_pools  # type: ignore[attr-defined]
    if not pools or time.monotonic() < _pool_due:
        return
    _pool_due = time.monotonic() + POOL_SECONDS
    state = next(iter(pools.values())).get_stats()
    size, available = state.get("pool_size", 0), state.get("pool_available", 0)
    for name, n in (("size", size), ("in_use", size - available), ("waiting", state.get("requests_waiting", 0))):
        metrics.pool_connections.labels(name).set(n)
    failed = state.get("requests_errors", 0)
    metrics.pool_timeouts.labels("default").inc(failed - _timeouts)
    _timeouts = failed
