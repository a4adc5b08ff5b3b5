"""A source's circuit: it opens when the source refuses or fails, and the first request after a while is a probe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from random import uniform
from typing import Any

from catalog.models import SourceState
from catalog.sources.client.requests import Manners

WITHOUT_KEY = timedelta(hours=6)
LONGEST_WAIT = timedelta(hours=24)
LONGEST_FAILURE = timedelta(hours=3)
LONG_OUTAGE = timedelta(hours=1)
AFTER_OUTAGE = 0.25  # share of the budget with which a source begins that was away
GROWTH, GROWTH_PAUSE = 1.5, timedelta(minutes=10)
LEAST_PER_MINUTE = 0.5


@dataclass(frozen=True)
class Refusal:
    """Why a request brought no answer. status: 0 if there was no response. wait: what the service asks for."""

    status: int
    reason: str
    wait: timedelta | None = None

    @property
    def is_of_requests(self) -> bool:
        """Return whether it refuses us, rather than failing itself."""
        return self.status in (401, 403, 429)


def open_circuit(state: SourceState, refusal: Refusal, manners: Manners, now: datetime) -> None:
    """Let nobody ask before the service may answer again; ask less often if it has refused us."""
    state.failures = min(state.failures + 1, 1000)
    state.failing_since = state.failing_since or now
    state.reason = refusal.reason[:300]
    state.open_until = now + _wait(state, refusal, manners) * uniform(1, 1.2)
    if refusal.status in (403, 429):
        state.per_minute = max(LEAST_PER_MINUTE, (state.per_minute or manners.per_minute) / 2)
        state.adjusted_at = now


def _wait(state: SourceState, refusal: Refusal, manners: Manners) -> timedelta:
    first = {403: manners.after_refusal, 401: WITHOUT_KEY}.get(refusal.status, timedelta(minutes=1))
    longest = LONGEST_WAIT if refusal.is_of_requests else LONGEST_FAILURE
    own = min(longest, first * 2 ** min(state.failures - 1, 12))
    return max(own, min(refusal.wait or own, LONGEST_WAIT))


def close_circuit(state: SourceState, manners: Manners, limit: float | None, now: datetime) -> None:
    """Note an answer. A source that was away for long, or that names a lower limit, is asked slowly at first."""
    if state.failing_since and now - state.failing_since > LONG_OUTAGE:
        state.per_minute = min(state.per_minute or manners.per_minute, manners.per_minute * AFTER_OUTAGE)
        state.adjusted_at = now
    elif state.per_minute and state.adjusted_at and now - state.adjusted_at > GROWTH_PAUSE:
        state.per_minute *= GROWTH
        state.adjusted_at = now
    if limit and limit < (state.per_minute or manners.per_minute):
        state.per_minute, state.adjusted_at = limit, now
    if state.per_minute and state.per_minute >= manners.per_minute:
        state.per_minute = state.adjusted_at = None
    state.failures, state.reason = 0, ""
    state.open_until = state.failing_since = None


def limit_of(headers: Any) -> float | None:
    """Return the requests a minute that a response's headers allow."""
    text = headers.get("X-RateLimit-Limit") or headers.get("RateLimit-Limit") or ""
    return float(text) if text.isdecimal() and int(text) else None


def wait_of(headers: Any, now: datetime) -> timedelta | None:
    """Return what `Retry-After` asks for, in seconds or as a date, or what is left until the limit is reset."""
    text = headers.get("Retry-After") or ""
    if text.isdecimal():
        return timedelta(seconds=min(int(text), 7 * 86_400))
    try:
        return max(timedelta(0), parsedate_to_datetime(text) - now)
    except (ValueError, TypeError):
        return _until_reset(headers, now)


def _until_reset(headers: Any, now: datetime) -> timedelta | None:
    """Return the time until X-RateLimit-Reset (seconds since 1970), if nothing remains before."""
    reset = headers.get("X-RateLimit-Reset") or ""
    if headers.get("X-RateLimit-Remaining") != "0" or not reset.isdecimal():
        return None
    return max(timedelta(0), timedelta(seconds=int(reset) - now.timestamp()))
