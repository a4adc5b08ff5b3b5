"""/scrobble/KEY/: the address that media servers post to."""

from __future__ import annotations

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import ScrobbleAddress
from accounts.scrobbling import recording
from accounts.scrobbling.players import IgnoredError, NotAnEventError
from accounts.security.limits import TooManyWritesError
from accounts.tokens.authentication import key_of

MOST_BYTES = 1_000_000  # Plex adds a small picture
PARTS = ("payload", "data")  # Plex's, and Emby's, where a report is sent as a form


class TooLargeError(Exception):
    """A request is larger than MOST_BYTES."""


@csrf_exempt  # a media server has no session; the key in the address is the proof
@require_POST
def receive(request: HttpRequest, key: str = "") -> JsonResponse:
    """Record a media server's report. The key is in the address, or in the header Authorization: Bearer KEY."""
    address = recording.find_address(key or key_of(request) or "")
    if address is None:
        return _error("Unknown key: the address was revoked or is incomplete. Create a new one.", 404)
    try:
        return _recorded(request, address)
    except IgnoredError as reason:
        return JsonResponse({"result": "ignored", "reason": str(reason)})
    except NotAnEventError as error:
        return _error(str(error), 400)
    except TooLargeError:
        return _error(f"Reports can be up to {MOST_BYTES} bytes.", 413)
    except TooManyWritesError as error:
        response = _error("Too many reports to this address.", 429)
        response.headers["Retry-After"] = str(error.seconds)
        return response


def _recorded(request: HttpRequest, address: ScrobbleAddress) -> JsonResponse:
    event = recording.record(address, _report(request))
    return JsonResponse({"result": event.outcome, "title": event.title_id, "episode": event.title_episode})


def _report(request: HttpRequest) -> str | bytes:
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise TooLargeError
    if request.content_type == "multipart/form-data":
        return _part(request)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLargeError
    return body


def _part(request: HttpRequest) -> str:
    try:
        return next((request.POST[name] for name in PARTS if name in request.POST), "")
    except (MultiPartParserError, SuspiciousOperation):
        return ""


def _error(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)
