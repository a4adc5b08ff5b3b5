"""A push service on this machine, and browsers that subscribe to it and read their messages."""

from __future__ import annotations

import base64
import itertools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from accounts.models import PushSubscription, User


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


class PushService(ThreadingHTTPServer):
    """Records what it gets and answers with `status` and `headers`, of a path before those of all."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.got: list[Request] = []
        self.n_connections = 0
        self.status, self.headers = 201, {}
        self.statuses: dict[str, int] = {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.server.n_connections += 1
        super().setup()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(Request(self.path, dict(self.headers), body))
        self.send_response(self.server.statuses.get(self.path, self.server.status))
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@dataclass
class Browser:
    """A browser with its keys."""

    endpoint: str
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"))

    def messages(self, service: PushService) -> list[dict[str, Any]]:
        """Decrypt what the service got for this browser."""
        path = self.endpoint.removeprefix(service.url)
        return [self.read(request.body) for request in service.got if request.path == path]


@pytest.fixture
def push_service(settings) -> Iterator[PushService]:
    server = PushService()
    settings.PUSH_TEST_ORIGIN = server.url
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def new_browser(push_service) -> Callable[[], Browser]:
    numbers = itertools.count(1)
    return lambda: Browser(f"{push_service.url}/send/{next(numbers)}")


@pytest.fixture
def turn_on(new_browser, db) -> Callable[..., tuple[Browser, PushSubscription]]:
    """Let a member turn push notifications on in a new browser."""
    from accounts.push.subscribing import subscribe

    def turn_on(member: User, **fields: str) -> tuple[Browser, PushSubscription]:
        browser = new_browser()
        name = fields.pop("name", "Firefox on Linux")
        return browser, subscribe(member, browser.endpoint, **browser.keys, name=name, **fields)

    return turn_on
