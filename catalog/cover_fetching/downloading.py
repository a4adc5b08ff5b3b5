"""Download a cover from a known host: bounded in bytes, time and redirects, one request at a time for each host."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead
from urllib.parse import SplitResult, urljoin

from anirec.lib.pictures.resizing import MOST_BYTES
from anirec.lib.web.guard import HostError, guarded_connection, target_of
from catalog.cover_fetching.errors import CoverError
from catalog.cover_fetching.hosts import checked_url, is_test_server, service_of
from catalog.models import SourceState
from catalog.sources.client.ask import user_agent
from catalog.sources.client.circuit import Refusal, close_circuit, open_circuit, wait_of
from catalog.sources.client.requests import Service, SourceUnavailableError
from catalog.sources.client.turns import turn
from catalog.sources.clock import clock

SECONDS = 20.0  # for one request, with its body
PIECE = 1 << 16
MOST_REDIRECTS = 3
CUT_OFF = "The picture was cut off."
REDIRECTS = (301, 302, 303, 307, 308)
UNCHANGED, ABSENT = 304, (400, 404, 410)
TYPES = ("image/jpeg", "image/jpg", "image/png", "image/webp")


@dataclass(frozen=True)
class Download:
    """A cover's file; None: it is as it was."""

    body: bytes | None
    etag: str = ""
    last_modified: str = ""


class _RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def download(url: str, conditions: Mapping[str, str], seconds: float = SECONDS) -> Download:
    """Return the cover at the address. conditions: headers by which the host recognises an unchanged one.

    Raise CoverError if there is none that can be used, and SourceUnavailableError if the host can't be asked now.
    """
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask(checked_url(url), conditions, seconds)
        if isinstance(answer, Download):
            return answer
        url = _joined(url, answer)
    raise CoverError(f"Its address redirects more than {MOST_REDIRECTS} times.")


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise CoverError("It redirects to an invalid address.") from error


def _ask(parts: SplitResult, conditions: Mapping[str, str], seconds: float) -> Download | str:
    """Return the host's answer, or the address that it redirects to."""
    service = service_of(parts)
    with turn(service):
        state, _ = SourceState.objects.get_or_create(source=service.name)
        if state.is_open(clock().now()):
            raise SourceUnavailableError(state.reason)
        try:
            answer = _exchange(parts, conditions, seconds)
        except (HostError, OSError, HTTPException, _RefusedError) as error:
            refusal = error.refusal if isinstance(error, _RefusedError) else Refusal(0, _text(error))
            open_circuit(state, refusal, service.manners, clock().now())
            state.save()
            raise SourceUnavailableError(refusal.reason) from error
        except CoverError:
            _note_success(service, state)
            raise
        _note_success(service, state)
        return answer


def _note_success(service: Service, state: SourceState) -> None:
    """Note that the host works, even if it lacks this cover."""
    now = clock().now()
    close_circuit(state, service.manners, None, now)
    state.asked_at = state.succeeded_at = now
    state.save()


def _exchange(parts: SplitResult, conditions: Mapping[str, str], seconds: float) -> Download | str:
    headers = {"User-Agent": user_agent(), "Accept": ", ".join(TYPES), "Accept-Encoding": "identity", **conditions}
    deadline = time.monotonic() + seconds
    with guarded_connection(parts, seconds, allow_private=is_test_server(parts)) as connection:
        connection.request("GET", target_of(parts), headers=headers)
        with connection.getresponse() as response:
            if response.status in REDIRECTS:
                return response.headers.get("Location", "")
            if response.status == UNCHANGED:
                return Download(None)
            _require_picture(parts, response)
            expected = response.length
            body = b"".join(_pieces(response))
            _require_whole(len(body), expected, deadline)
    etag, last_modified = (response.headers.get(name, "") for name in ("ETag", "Last-Modified"))
    return Download(body, etag[:300], last_modified[:60])


def _require_picture(parts: SplitResult, response: HTTPResponse) -> None:
    status = response.status
    if status in ABSENT:
        raise CoverError(f"{parts.netloc} has no picture there (status {status}).")
    if status != 200:
        reason = f"{parts.netloc} refused (status {status})."
        raise _RefusedError(Refusal(status, reason, wait_of(response.headers, clock().now())))
    kind = response.headers.get_content_type()
    if kind not in TYPES:
        raise CoverError(f"The answer is {kind[:60]}, not a JPEG, PNG or WebP picture.")
    if response.length is not None and response.length > MOST_BYTES:
        raise CoverError(_too_large())


def _pieces(response: HTTPResponse) -> Iterator[bytes]:
    size = 0
    try:
        while piece := response.read1(PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise CoverError(_too_large())
            yield piece
    except IncompleteRead as error:
        raise CoverError(CUT_OFF) from error


def _require_whole(size: int, expected: int | None, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise CoverError("The picture took too long.")
    if expected is not None and size < expected:
        raise CoverError(CUT_OFF)


def _too_large() -> str:
    return f"The file is larger than {MOST_BYTES // 2**20} MB."


def _text(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__
