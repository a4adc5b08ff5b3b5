"""A server of pictures on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from PIL import Image

START = datetime(2026, 11, 2, 12, tzinfo=UTC)


def picture(colour: str = "red", kind: str = "JPEG", size: tuple[int, int] = (460, 650)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


class PictureServer:
    """Answers each path as its function in `answers` says, which gets the request's handler."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                try:
                    server.answers[self.path](self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, path: str, body: bytes = b"", status: int = 200, kind: str = "image/jpeg", **headers: str) -> str:
        """Let a path answer so, and return its address."""

        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            lines = {"Content-Type": kind, "Content-Length": str(len(body))}
            for name, value in (lines | {name.replace("_", "-"): value for name, value in headers.items()}).items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = send
        return self.url + path
