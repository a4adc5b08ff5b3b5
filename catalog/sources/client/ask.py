"""Send one request to a source, and store its answer before anything is done with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import F

from catalog.models import SourceDay, SourceState, StoredAnswer
from catalog.sources.client.answers import body_file, keep, path_of
from catalog.sources.client.circuit import Refusal, close_circuit, limit_of, open_circuit, wait_of
from catalog.sources.client.requests import Service, SourceRequest, SourceUnavailableError
from catalog.sources.client.turns import turn
from catalog.sources.clock import clock

TIMEOUT = (5, 20)  # seconds to connect, and between two pieces of the body
PIECE = 1 << 16
MOST_REDIRECTS = 4
UNCHANGED = 304
# Definite answers to a question: the service works, but has no such title.
ABSENT = (400, 404, 410)


class _RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def user_agent() -> str:
    return f"anirec (+{settings.SITE_URL})"


def ask(service: Service, request: SourceRequest, last: StoredAnswer | None) -> StoredAnswer:
    """Return the source's answer, stored. last: its answer to the same question before.

    Raise SourceUnavailableError if the source may not be asked, refuses, or fails.
    """
    with turn(service):
        state, _ = SourceState.objects.get_or_create(source=service.name)
        if state.is_open(clock().now()):
            raise SourceUnavailableError(state.reason or "It may not be asked now.")
        try:
            with ExitStack() as stack:
                return _store(service, request, last, state, _send(request, last, stack), stack)
        except (requests.RequestException, _RefusedError) as error:
            refusal = error.refusal if isinstance(error, _RefusedError) else Refusal(0, _reason(error))
            _note_refusal(service, state, refusal)
            raise SourceUnavailableError(refusal.reason) from error


def _send(request: SourceRequest, last: StoredAnswer | None, stack: ExitStack) -> requests.Response:
    session = stack.enter_context(requests.Session())
    session.max_redirects = MOST_REDIRECTS
    session.headers["User-Agent"] = user_agent()
    response = session.request(
        request.method, request.url, params=dict(request.params), json=request.json,
        headers={**request.headers, **_conditions(last)}, timeout=TIMEOUT, stream=True,
        allow_redirects=request.may_redirect,
    )  # fmt: skip
    return stack.enter_context(response)


def _conditions(last: StoredAnswer | None) -> dict[str, str]:
    """Return the headers that ask for a body only if it has changed since an answer that was imported."""
    if last is None or last.imported_at is None or path_of(last) is None:
        return {}
    conditions = {"If-None-Match": last.etag, "If-Modified-Since": last.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _store(
    service: Service,
    request: SourceRequest,
    last: StoredAnswer | None,
    state: SourceState,
    response: requests.Response,
    stack: ExitStack,
) -> StoredAnswer:
    now = clock().now()
    answer = last or StoredAnswer(source=service.name, key=request.key, changed_at=now, as_of=now)
    answer.url, answer.fetched_at = request.url, now
    size = 0
    if response.status_code == UNCHANGED and last is not None:
        pass
    elif response.status_code in ABSENT:
        answer.status, answer.file, answer.imported_at = response.status_code, "", now
        answer.error = f"{service.label} has no answer (status {response.status_code})."
    elif response.status_code == 200:
        size = _store_body(request, answer, response, stack, now)
    else:
        raise _RefusedError(_refusal(service, response, now))
    _note_answer(service, state, answer, response, size)
    return answer


def _store_body(
    request: SourceRequest, answer: StoredAnswer, response: requests.Response, stack: ExitStack, now: datetime
) -> int:
    """Store the body if it differs from the last one, and return its size."""
    path, digest, size = stack.enter_context(body_file(answer.source, _pieces(request, response)))
    answer.etag = response.headers.get("ETag", "")[:300]
    answer.last_modified = response.headers.get("Last-Modified", "")[:60]
    answer.as_of, answer.status = _date_of_data(response, now), 200
    if digest != answer.digest or path_of(answer) is None:
        answer.digest, answer.changed_at, answer.imported_at, answer.error = digest, now, None, ""
        keep(path, answer)
    return size


def _pieces(request: SourceRequest, response: requests.Response) -> Iterator[bytes]:
    deadline, size = time.monotonic() + request.seconds, 0
    for piece in response.iter_content(PIECE):
        size += len(piece)
        if size > request.most_bytes:
            raise _RefusedError(Refusal(0, f"Its answer is larger than {request.most_bytes // 1_000_000} MB."))
        if time.monotonic() > deadline:
            raise _RefusedError(Refusal(0, f"Its answer took longer than {request.seconds:.0f} seconds."))
        yield piece


def _date_of_data(response: requests.Response, now: datetime) -> datetime:
    """Return when the data was true: of a stale copy in a cache, when it was made."""
    if response.headers.get("X-Cache-Status") != "STALE":
        return now
    try:
        return min(now, parsedate_to_datetime(response.headers["Last-Modified"]))
    except (KeyError, ValueError, TypeError):
        return now - timedelta(days=1)


def _refusal(service: Service, response: requests.Response, now: datetime) -> Refusal:
    status, wait = response.status_code, wait_of(response.headers, now)
    if 300 <= status < 400:
        return Refusal(status, f"{service.label} redirects to another address, which isn’t followed.")
    reasons = {
        401: f"{service.label} doesn’t accept the key (status 401).",
        403: f"{service.label} refuses requests (status 403).",
        429: f"{service.label} was asked too often (status 429).",
    }
    return Refusal(status, reasons.get(status, f"{service.label} fails (status {status})."), wait)


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "It doesn’t answer in time."
    return "Its answer broke off." if isinstance(error, requests.exceptions.ChunkedEncodingError) else "No connection."


# --- What is noted ---------------------------------------------------------------------------------------------------


def _note_answer(
    service: Service, state: SourceState, answer: StoredAnswer, response: requests.Response, size: int
) -> None:
    """Store the answer and the state together, so that a killed worker leaves both or neither."""
    now = answer.fetched_at
    close_circuit(state, service.manners, limit_of(response.headers), now)
    if pause := wait_of(response.headers, now):
        state.open_until = now + pause
        state.reason = f"{service.label} asks for a pause."
    state.asked_at = state.succeeded_at = now
    state.changed_at = now if answer.imported_at is None else state.changed_at
    with transaction.atomic():
        answer.save()
        state.save()
        _count(service.name, now.date(), requests=1, bytes=size, unchanged=int(answer.imported_at is not None))


def _note_refusal(service: Service, state: SourceState, refusal: Refusal) -> None:
    now = clock().now()
    open_circuit(state, refusal, service.manners, now)
    state.asked_at = now
    with transaction.atomic():
        state.save()
        kind = "refusals" if refusal.is_of_requests else "failures"
        _count(service.name, now.date(), requests=1, **{kind: 1})


def pause(service: Service, reason: str, wait: timedelta | None) -> None:
    """Ask the source no more for a while, because of what it answers."""
    state, _ = SourceState.objects.get_or_create(source=service.name)
    open_circuit(state, Refusal(0, reason, wait), service.manners, clock().now())
    state.save()


def _count(source: str, day: date, **numbers: int) -> None:
    row, _ = SourceDay.objects.get_or_create(source=source, day=day)
    changes: dict[str, Any] = {name: F(name) + number for name, number in numbers.items()}
    SourceDay.objects.filter(pk=row.pk).update(**changes)
