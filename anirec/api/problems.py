"""API errors, all in RFC 9457 problem details format (application/problem+json)."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views import defaults
from rest_framework import views
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.response import Response

from accounts.security.limits import TooManyWritesError
from anirec.lib.web.problems import CONTENT_TYPE, is_api, problem, problem_response
from anirec.server.unavailable import reason_for, unavailable

INVALID = "The request contains invalid values."


class UnfitError(ValidationError):
    """A well-formed request with impossible values, such as an end before its start. Malformed requests are 400."""

    status_code = 422


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Convert an exception to a response; None if unhandled. Model writes raise Django's own ValidationError."""
    if isinstance(error, TooManyWritesError):
        error = _throttled(error)
    if isinstance(error, DjangoValidationError):
        error = UnfitError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    response = views.exception_handler(error, context)
    if response is None:
        return None
    response.content_type = CONTENT_TYPE
    if isinstance(error, ValidationError):
        errors = response.data if isinstance(response.data, dict) else {"": response.data}
        response.data = {**problem(response.status_code, INVALID), "errors": errors}
    else:
        response.data = problem(response.status_code, str(response.data["detail"]))
    return response


def _throttled(error: TooManyWritesError) -> Throttled:
    throttled = Throttled(detail=str(error))
    vars(throttled)["wait"] = error.seconds  # given to Throttled itself, it would be said in the text again
    return throttled


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        return problem_response(400, "The request couldn't be read.")
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        return problem_response(404, f"Nothing found at {request.path}.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if reason := reason_for(sys.exc_info()[1]):
        return unavailable(request, reason)
    if is_api(request):
        return problem_response(500, "Something went wrong on our side. The error has been logged.")
    return defaults.server_error(request)
