"""API rate limits: per token, per logged-in member, and per IP address of a visitor."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from accounts.models import AccessToken
from anirec.lib.valkey import valkey

logger = logging.getLogger(__name__)

QUOTA_ATTRIBUTE = "_quota"  # request attribute with the quota for the response headers
PREFIX = "anirec:quota"


@dataclass(frozen=True)
class Quota:
    """A caller's quota. remaining: requests left in the current window. seconds: time until it ends."""

    limit: int
    window: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """Return the headers of the IETF's rate limit draft."""
        return {
            "RateLimit-Policy": f'"default";q={self.limit};w={self.window}',
            "RateLimit": f'"default";r={self.remaining};t={self.seconds}',
        }


class PerCaller(BaseThrottle):
    """Fixed-window rate limit, counted in one round trip."""

    def allow_request(self, request: Request, view: Any) -> bool:
        scope, caller = self._caller(request)
        limit, window = _rate(rates()[scope])
        now = time.time()
        key = f"{PREFIX}:{caller}:{int(now // window)}"
        count = _count(key, window)
        self.quota = Quota(limit, window, max(0, limit - count), math.ceil(window - now % window))
        setattr(request._request, QUOTA_ATTRIBUTE, self.quota)
        return bool(count <= limit)

    def wait(self) -> float:
        return self.quota.seconds

    def _caller(self, request: Request) -> tuple[str, str]:
        if isinstance(request.auth, AccessToken):
            return "user", f"token:{request.auth.pk}"
        if request.user.is_authenticated:
            return "user", f"member:{request.user.pk}"
        return "anon", f"address:{self.get_ident(request)}"


def _count(key: str, window: int) -> int:
    """Count the request. Without Valkey there is no limit: a site without an API would be worse."""
    try:
        with valkey().pipeline(transaction=False) as pipe:
            pipe.incr(key)
            pipe.expire(key, window)
            return int(pipe.execute()[0])
    except RedisError as error:
        logger.warning("Rate limits are off: %s", error)
        return 0


def rates() -> dict[str, str]:
    """Return the rates of `anon` and `user`, such as "60/min"."""
    return cast(dict[str, Any], settings.REST_FRAMEWORK)["DEFAULT_THROTTLE_RATES"]


@lru_cache(maxsize=8)
def _rate(text: str) -> tuple[int, int]:
    limit, seconds = SimpleRateThrottle.parse_rate(SimpleRateThrottle.__new__(SimpleRateThrottle), text)
    assert limit is not None
    assert seconds is not None
    return limit, seconds
