"""Limits of public writes: how often a member may comment, follow, invite …, by page and API alike."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from accounts.models import User

logger = logging.getLogger(__name__)

NEW = timedelta(days=3)
NEW_MEMBERS_SHARE = 5  # new members may do a fifth


class TooManyWritesError(Exception):
    """A member has done something too often. seconds: when they can do it again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        minutes = math.ceil(seconds / 60)
        super().__init__(
            ngettext(
                "You’re doing this very often. Try again in %(n)d minute.",
                "You’re doing this very often. Try again in %(n)d minutes.",
                minutes,
            )
            % {"n": minutes}
        )


@dataclass(frozen=True)
class WriteLimit:
    """How often a member may do something: `per_hour`, or a fifth of it in their first days."""

    action: str
    per_hour: int

    def consume(self, member: User) -> None:
        """Count one write. Raises TooManyWritesError."""
        if member.is_synthetic:
            return
        is_new = timezone.now() - member.date_joined < NEW
        rate = _rate(self.per_hour // NEW_MEMBERS_SHARE if is_new else self.per_hour)
        try:
            wait = _wait(_shared(settings.REDIS_URL), rate, self.action, member.pk)
        except RedisError as error:
            logger.warning("Limits of writes are counted by each process: %s", error)
            wait = _wait(_own(), rate, self.action, member.pk)
        if wait:
            raise TooManyWritesError(wait)


def _wait(limiter: SlidingWindowCounterRateLimiter, rate: RateLimitItem, action: str, member_id: int) -> int:
    """Count a write; return 0, or in how many seconds the next one is possible."""
    if limiter.hit(rate, action, str(member_id)):
        return 0
    return max(1, math.ceil(limiter.get_window_stats(rate, action, str(member_id)).reset_time - time.time()))


@cache
def _rate(per_hour: int) -> RateLimitItem:
    return parse(f"{max(1, per_hour)}/hour")


@cache
def _shared(url: str) -> SlidingWindowCounterRateLimiter:
    storage = storage_from_string(url, key_prefix="anirec:writes", socket_connect_timeout=1, socket_timeout=1)
    assert isinstance(storage, Storage)
    return SlidingWindowCounterRateLimiter(storage)


@cache
def _own() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


class WriteLimitMiddleware:
    """Answers those who write too often with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooManyWritesError):
            return None
        response = render(request, "429.html", {"reason": error}, status=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
