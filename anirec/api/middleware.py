"""Middleware for /api/: body size limit, idempotency keys, entity tags and rate limit headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from anirec.api import idempotency
from anirec.api.throttling import QUOTA_ATTRIBUTE
from anirec.lib.web.problems import is_api, problem_response

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


class ApiMiddleware(MiddlewareMixin):
    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        method = request.method or ""
        if method not in WRITES or not is_api(request):
            return None
        if _is_too_large(request):
            return problem_response(
                413, _("The request body is too large. The limit is %(n)d bytes.") % {"n": _max_bytes()}
            )
        if idempotency.HEADER not in request.headers or not hasattr(getattr(view, "cls", view), method.lower()):
            return None
        return idempotency.respond_once(request, lambda: view(request, *args, **kwargs))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
        if not is_api(request):
            return response
        if (quota := getattr(request, QUOTA_ATTRIBUTE, None)) is not None:
            for name, value in quota.headers().items():
                response[name] = value
        patch_vary_headers(response, ("Authorization", "Cookie"))
        if "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_cache=True)
        return ConditionalGetMiddleware(lambda _request: response).process_response(request, response)


def _is_too_large(request: HttpRequest) -> bool:
    """Return whether the body exceeds the limit. Multipart bodies are exempt: their files are streamed to disk."""
    if request.content_type == "multipart/form-data":
        return False
    try:
        return len(request.body) > _max_bytes()
    except RequestDataTooBig:
        return True


def _max_bytes() -> int:
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
