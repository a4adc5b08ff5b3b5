"""Answers HEAD wherever GET is allowed: with the same status and headers, and without a body."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class HeadMiddleware:
    """Lets the rest of the site take a HEAD request for a GET, so that no view has to name both methods.

    Must come before the middleware that writes Content-Length.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            return _without_body(self.get_response(request))
        finally:
            request.method = "HEAD"  # for the access log


def _without_body(response: HttpResponseBase) -> HttpResponseBase:
    if response.streaming:
        response.streaming_content = ()  # type: ignore[attr-defined]
        return response
    length = len(response.content)  # type: ignore[attr-defined]
    response.headers.setdefault("Content-Length", str(length))
    response.content = b""  # type: ignore[attr-defined]
    return response
