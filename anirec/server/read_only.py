"""Refuses changes while the site is read-only, and tells every page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from anirec.lib.disk import is_read_only
from anirec.server.unavailable import FULL, SAFE_METHODS, unavailable


class ReadOnlyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in SAFE_METHODS and is_read_only():
            return unavailable(request, FULL)
        return self.get_response(request)


def read_only(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """Context for templates: whether to show the banner. Asked when a page is rendered."""
    return {"is_read_only": is_read_only}
