"""Counters kept by web processes: request times, active members, and sources of recommendations.

A process counts in memory and hands over every few seconds, to a hash in Valkey for each minute; a task adds the
minutes that are over to the tables, each once. What waits in Valkey is lost with it.
"""

from __future__ import annotations

import atexit
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

import redis
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import LazyObject

from anirec.lib.valkey import valkey
from recommendations.models import RequestDay

if TYPE_CHECKING:
    from recommendations.serving import RecommendationList

logger = logging.getLogger(__name__)

KEY = "anirec:tally"  # and the minute, counted from 1970
HANDED_OVER_EVERY = 5.0  # seconds
LOST_AFTER = 2 * 24 * 3600  # seconds in Valkey, if no task comes for it
SHORTEST, STEPS = 0.25, 4  # milliseconds of the first bucket; buckets until it is twice as long: each is 19 % wide
LONGEST_BUCKET = 75  # nearly two minutes
TIME, MEMBER, SERVED, AGE = "time", "member", "served", "age"


def bucket_of(milliseconds: float) -> int:
    """
    >>> bucket_of(0.1), bucket_of(0.25), bucket_of(10), bucket_of(1e9)
    (0, 0, 21, 75)
    """
    if milliseconds <= SHORTEST:
        return 0
    return min(LONGEST_BUCKET, int(math.log2(milliseconds / SHORTEST) * STEPS))


def milliseconds_of(bucket: int) -> float:
    """The middle of a bucket.

    >>> round(milliseconds_of(21), 1)
    10.4
    """
    return SHORTEST * 2.0 ** ((bucket + 0.5) / STEPS)


class Tally:
    """Counts of one process that are not handed over yet."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._due = 0.0
        self._lock = Lock()

    def count(self, counts: Mapping[str, int]) -> None:
        """Add these, and hand over what is there if it is time."""
        with self._lock:
            self._counts.update(counts)
            if time.monotonic() < self._due:
                return
            ready, self._counts = self._counts, Counter()
            self._due = time.monotonic() + HANDED_OVER_EVERY
        _hand_over(ready)

    def flush(self) -> None:
        with self._lock:
            ready, self._counts = self._counts, Counter()
        _hand_over(ready)


tally = Tally()
atexit.register(tally.flush)


def _hand_over(counts: Counter[str]) -> None:
    """A page never fails for it: without Valkey, these are lost."""
    if not counts:
        return
    key = f"{KEY}:{int(time.time() // 60)}"
    try:
        with valkey().pipeline(transaction=False) as pipe:
            for field, n in counts.items():
                pipe.hincrby(key, field, n)
            pipe.expire(key, LOST_AFTER)
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("what was counted is lost: %s", error)


def count_served(found: RecommendationList) -> None:
    age = max(0, int((timezone.now() - found.computed_at).total_seconds()))
    tally.count({f"{SERVED}|{found.source}": 1, f"{AGE}|{found.source}": age})


class TallyMiddleware:
    """Times every request, and notes which member made it. It asks nobody anything: some 10 µs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        took = (time.perf_counter() - started) * 1000
        match = request.resolver_match
        if match is not None:
            counts = {f"{TIME}|{_kind(request, response)}|{match.view_name[:100]}|{bucket_of(took)}": 1}
            member = _member(request)
            if member is not None:
                counts[f"{MEMBER}|{member}"] = 1
            tally.count(counts)
        return response


def _kind(request: HttpRequest, response: HttpResponseBase) -> str:
    """Return the request type. Pictures count apart: twenty quick ones per page would hide its own time."""
    if request.path.startswith("/api/"):
        return RequestDay.Kind.API.value
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    if not is_html or response.status_code == HTTPStatus.NO_CONTENT:
        return RequestDay.Kind.REST.value
    return (RequestDay.Kind.FRAGMENT if "HX-Request" in request.headers else RequestDay.Kind.PAGE).value


def _member(request: HttpRequest) -> int | None:
    """Only where the view has asked who it is: a page for everybody need not. A lazy user would ask the database."""
    for name in ("_cached_user", "user"):
        user = request.__dict__.get(name)
        if user is not None and not issubclass(type(user), LazyObject):
            return user.pk
    return None
