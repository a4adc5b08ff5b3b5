"""The ID of the request that the running code works for, from the proxy to background tasks and webhooks."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

from django.http import HttpRequest

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_id() -> str:
    """Return the ID, or an empty string outside requests and tasks."""
    return _current.get()


def use_id(given: str = "") -> str:
    """Make the given ID the current one, or a new one if it isn't well-formed. Return it.

    >>> use_id("from-the-proxy_1"), len(use_id("a space")), use_id("x" * 65) == "x" * 65
    ('from-the-proxy_1', 16, False)
    """
    request_id = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    _current.set(request_id)
    return request_id


def forget_id() -> None:
    _current.set("")


def identify(request: HttpRequest) -> str:
    """Make the request's ID the current one: the proxy's if it is well-formed, else a new one. Return it."""
    known = request.__dict__.get("request_id") or request.headers.get(HEADER, "")
    request_id = request.__dict__["request_id"] = use_id(known)
    return request_id
