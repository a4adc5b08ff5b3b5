"""A service that answers as a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.services.answers import Answer, AnswerError
from catalog.sources.client.answers import body_of
from catalog.sources.client.requests import Manners, Service, SourceRequest
from catalog.sources.clock import RehearsalClock

START = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class ScriptedServer:
    """Answers with the replies of `script`, the last one over and over, and remembers what it was asked."""

    def __init__(self, clock: RehearsalClock) -> None:
        self.clock = clock
        self.script: list[Reply] = [Reply(200, b"1 First title\n")]
        self.asked: list[tuple[datetime, str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((clock.now(), self.path, {k.lower(): v for k, v in self.headers.items()}))
                reply = server.script.pop(0) if len(server.script) > 1 else server.script[0]
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


def parse_lines(path: Path) -> Answer:
    """Read lines such as "12 A title", and "next /path". Anything else is no answer."""
    rows, next_url = [], None
    for number, line in enumerate(body_of(path).decode().splitlines(), start=1):
        first, _, rest = line.partition(" ")
        if first == "next":
            next_url = rest
        elif first.isdecimal():
            rows.append(SourceTitle(source="jikan", row=number, external_ids={"mal": first}, name=rest))
        else:
            raise AnswerError(f"{line!r} is no title.")
    return Answer(tuple(rows), next_url)


def service_at(url: str, *keys: str, every: timedelta, manners: Manners | None, **options: Any) -> Service:
    """Return a service with a request for each key."""
    requests = [
        SourceRequest(key=key, url=f"{url}/{key}", every=every, parse=parse_lines, **options)
        for key in keys or ("titles",)
    ]
    return Service(
        name="example", label="Example", address=url, requests=lambda: requests,
        manners=manners or Manners(pause=1, per_minute=30, per_day=1000),
    )  # fmt: skip
