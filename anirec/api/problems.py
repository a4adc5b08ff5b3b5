"""Errors of the API, all in one format: RFC 9457 problem details (application/problem+json)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from rest_framework import views
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"
INVALID = "The request contains invalid values."


class UnfitError(ValidationError):
    """A well-formed request that is not possible, such as an end before its start; malformed requests are 400."""

    status_code = 422


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into a response. Also handles Django's own ValidationError, which our writes raise."""
    if isinstance(error, DjangoValidationError):
        error = UnfitError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    response = views.exception_handler(error, context)
    if response is None:
        return None
    response.content_type = CONTENT_TYPE
    if isinstance(error, ValidationError):
        errors = response.data if isinstance(response.data, dict) else {"": response.data}
        response.data = {**_problem(response.status_code, INVALID), "errors": errors}
    else:
        response.data = _problem(response.status_code, str(response.data["detail"]))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        return problem_response(400, "The request couldn't be read.")
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        return problem_response(404, f"Nothing found at {request.path}.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_api(request):
        return problem_response(500, "Something went wrong on our side. The error has been logged.")
    return defaults.server_error(request)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem_response(status: int, detail: str) -> HttpResponse:
    return HttpResponse(json.dumps(_problem(status, detail)), status=status, content_type=CONTENT_TYPE)
