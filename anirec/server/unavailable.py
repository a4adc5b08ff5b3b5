"""503 responses: while a service is down, the disk is full, or too many requests wait. They take no query."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import redis
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as QueueError
from psycopg.errors import DiskFull

from anirec.lib.disk import note_disk_full
from anirec.lib.storage.outages import StorageDownError
from anirec.lib.web.problems import is_api, problem_response

logger = logging.getLogger(__name__)

OUTAGES = (OperationalError, InterfaceError, redis.RedisError, QueueError, StorageDownError)


@dataclass(frozen=True)
class Reason:
    """Why a request can't be answered now. retry_after: seconds."""

    heading: Promise
    text: Promise
    retry_after: int


BUSY = Reason(_("The site is very busy"), _("Try again in a few seconds."), 2)
DOWN = Reason(_("anirec is restarting"), _("This usually takes a few seconds."), 3)
FULL = Reason(
    _("Changes can’t be saved right now"),
    _("The site’s disk is full, so it is read-only. You can still browse."),
    60,
)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def reason_for(error: BaseException | None) -> Reason | None:
    """Return the reason if the error means that a service is unavailable, or None if it is a fault of ours."""
    if not isinstance(error, OUTAGES):
        return None
    logger.warning("A service is unavailable: %s", str(error).partition("\n")[0])
    if isinstance(error.__cause__, DiskFull):
        note_disk_full()
        return FULL
    return DOWN


def unavailable(request: HttpRequest, reason: Reason) -> HttpResponse:
    """Return a 503 page, or problem details for the API, with Retry-After.

    Pages load themselves again. A refused change says that nothing was saved.
    """
    if is_api(request):
        outcome = " The change was not saved." if request.method not in SAFE_METHODS else ""
        response = problem_response(503, f"{reason.heading}.{outcome}")
    else:
        response = HttpResponse(_page(request, reason), status=503)
    response.headers["Retry-After"] = str(reason.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, reason: Reason) -> str:
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        is_change = request.method not in SAFE_METHODS
        return render_to_string("503.html", {"reason": reason, "is_change": is_change, "language": language})
