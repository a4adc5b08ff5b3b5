"""Responses of the API in RFC 9457 problem details format (application/problem+json)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

CONTENT_TYPE = "application/problem+json"


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def problem(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem_response(status: int, detail: str) -> HttpResponse:
    return HttpResponse(json.dumps(problem(status, detail)), status=status, content_type=CONTENT_TYPE)
