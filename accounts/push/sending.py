"""Encrypt messages (RFC 8291) and send them to push services (RFC 8030).

Many messages share a connection: its handshake costs more than all the rest. Services are far away, so several
connections are served at once, each for a bounded time.
"""

from __future__ import annotations

import http.client
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.utils import timezone

from accounts.models import PushMessage
from accounts.push.keys import Signatures
from accounts.push.subscribing import allowed_endpoint, decoded, is_test_origin
from anirec.lib.web.guard import HostError, guarded_connection, target_of

CONNECTIONS = 16  # at once
CHUNK = 50  # messages for one connection
SECONDS = 30  # for a connection with all of its messages
LONGEST_ANSWER = 4_000  # bytes
GONE = (404, 410)
TOO_MANY = 429


@dataclass(frozen=True)
class Outcome:
    """What a push service answered. status: None if it couldn't be reached. wait: seconds it asks to wait."""

    message: PushMessage
    status: int | None
    wait: float = 0

    @property
    def is_sent(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the browser has unsubscribed."""
        return self.status in GONE

    @property
    def is_worth_retrying(self) -> bool:
        return self.status is None or self.status == TOO_MANY or self.status >= 500


def send_all(messages: Iterable[PushMessage]) -> list[Outcome]:
    """Send the messages, loaded with their subscriptions. Return an outcome for each."""
    by_origin: dict[str, list[tuple[PushMessage, SplitResult]]] = defaultdict(list)
    outcomes = []
    for message in messages:
        parts = allowed_endpoint(message.subscription.endpoint)
        if parts is None:  # the list of services has changed since
            outcomes.append(Outcome(message, GONE[0]))
        else:
            by_origin[f"{parts.scheme}://{parts.netloc}"].append((message, parts))
    signatures = Signatures()
    chunks = [
        (signatures.header(origin), sent[start : start + CHUNK])
        for origin, sent in by_origin.items()
        for start in range(0, len(sent), CHUNK)
    ]
    with ThreadPoolExecutor(CONNECTIONS, "push") as pool:
        for chunk in pool.map(lambda chunk: list(_send_chunk(*chunk)), chunks):
            outcomes.extend(chunk)
    return outcomes


def encrypted(message: PushMessage) -> bytes:
    """Return the message for its browser alone, in the content encoding aes128gcm."""
    import http_ece

    return http_ece.encrypt(
        message.body.encode(),
        salt=os.urandom(16),
        private_key=generate_private_key(SECP256R1()),
        dh=decoded(message.subscription.p256dh),
        auth_secret=decoded(message.subscription.auth),
        version="aes128gcm",
    )


def _send_chunk(signature: str, chunk: Sequence[tuple[PushMessage, SplitResult]]) -> Iterator[Outcome]:
    """Send messages of one origin over one connection, opened again when the service closes it.

    When the service can't be reached or has had too many, the rest isn't tried.
    """
    service = _Service(signature)
    last: Outcome | None = None
    with service:
        for message, parts in chunk:
            if last is None or last.status not in (None, TOO_MANY):
                last = service.send(message, parts)
                yield last
            else:
                yield Outcome(message, last.status, last.wait)


class _Service(ExitStack):
    """A push service and the connection to it."""

    def __init__(self, signature: str) -> None:
        super().__init__()
        self._signature = signature
        self._connection: http.client.HTTPConnection | None = None

    def send(self, message: PushMessage, parts: SplitResult) -> Outcome:
        try:
            response = self._post(message, parts)
            response.read(LONGEST_ANSWER)
        except (HostError, OSError, http.client.HTTPException, ValueError):
            self.close()
            return Outcome(message, None)
        if not response.isclosed() or response.will_close:
            self.close()
        return Outcome(message, response.status, _seconds(response.headers.get("Retry-After"), timezone.now()))

    def close(self) -> None:
        super().close()
        self._connection = None

    def _post(self, message: PushMessage, parts: SplitResult) -> http.client.HTTPResponse:
        if self._connection is None:
            guarded = guarded_connection(parts, SECONDS, allow_private=is_test_origin(parts))
            self._connection = self.enter_context(guarded)
            self._connection.auto_open = 0  # it would connect anew without the guard
        headers = {
            "Authorization": self._signature,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Host": parts.netloc,
            "TTL": str(max(0, int((message.expires_at - timezone.now()).total_seconds()))),
            "Urgency": "normal",
        }
        self._connection.request("POST", target_of(parts), encrypted(message), headers)
        return self._connection.getresponse()


def _seconds(retry_after: str | None, now: datetime) -> float:
    """Return the seconds of a Retry-After header, a number or a date; 0 without one.

    >>> now = parsedate_to_datetime("Sun, 29 Nov 2026 20:00:00 GMT")
    >>> [_seconds(text, now) for text in ("120", "Sun, 29 Nov 2026 20:01:00 GMT", "soon", None)]
    [120.0, 60.0, 0.0, 0.0]
    """
    if retry_after and retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        return max(0.0, (parsedate_to_datetime(retry_after or "") - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0
