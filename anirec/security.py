"""Response headers: resources only from this site, no inline scripts or styles, no copies of personal pages."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from json import JSONDecodeError
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anirec.lib.web.content_policy import content_policy

logger = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": content_policy(),
    "Cross-Origin-Resource-Policy": "same-origin",
    # The site needs none of these. Passkeys need the last two.
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
}
LONGEST_REPORT = 8_000  # bytes


class SecurityHeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):  # other sites' pages may read it: see CORS
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        _keep_private(request, response)
        return response


def _keep_private(request: HttpRequest, response: HttpResponseBase) -> None:
    """Forbid copies of a response that was made for a session, unless its view has decided."""
    has_token = "Authorization" in request.headers
    session = getattr(request, "session", None)
    is_personal = session is not None and session.accessed and settings.SESSION_COOKIE_NAME in request.COOKIES
    if (is_personal or has_token) and not response.has_header("Cache-Control"):
        response.headers["Cache-Control"] = "private, " + ("no-cache" if response.has_header("ETag") else "no-store")


@require_POST
@csrf_exempt
def csp_reports(request: HttpRequest) -> HttpResponse:
    """Log what a page was forbidden to load: directive, host and page, and nothing of the member's."""
    body = request.read(LONGEST_REPORT + 1)
    report = _report(body) if len(body) <= LONGEST_REPORT else None
    if report is None:
        return HttpResponse(status=400)
    logger.warning("Content-Security-Policy: %s", json.dumps(report))
    return HttpResponse(status=204)


def _report(body: bytes) -> dict[str, str] | None:
    try:
        report = json.loads(body)["csp-report"]
        return {
            "directive": _short(report["violated-directive"]),
            "blocked": _origin(report["blocked-uri"]),
            "page": _short(urlsplit(report["document-uri"]).path.strip("/").partition("/")[0]),
        }
    except (JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def _origin(address: Any) -> str:
    """Return scheme and host. A path or a query may say more about a member than a log should."""
    parts = urlsplit(address)
    return _short(f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path)


def _short(text: str) -> str:
    return text[:100]
