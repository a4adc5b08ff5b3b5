"""A steady load of reads and writes, with a ledger of every write that the site has acknowledged."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field

PAGES = ("/", "/list/", "/titles/", "/api/v1/my/recommendations/?n=20")
REQUEST_SECONDS = 10.0  # the client gives up; such a wait is counted in full


@dataclass(frozen=True)
class Answer:
    """at, seconds: when the request was sent, and how long it took. status: 0 for a refused or broken connection."""

    at: float
    seconds: float
    status: int
    is_write: bool


@dataclass
class Load:
    """Threads that together send `per_second` requests, a fifth of them writes of scores through the API.

    titles: titles of which each writer scores its own, so that the last acknowledged score of each is known.
    """

    port: int
    token: str
    cookie: str
    titles: list[int]
    per_second: float = 50.0
    threads: int = 25
    answers: list[Answer] = field(default_factory=list)
    acknowledged: dict[int, int] = field(default_factory=dict)
    later: dict[int, set[int]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._running = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(self.threads)]
        for thread in self._running:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._running:
            thread.join(REQUEST_SECONDS)

    def since(self, moment: float) -> list[Answer]:
        return [answer for answer in self.answers if answer.at + answer.seconds >= moment]

    def lost(self, stored: dict[int, int]) -> list[int]:
        """Return the titles whose stored score is neither the last acknowledged one nor one sent after it."""
        return [
            title
            for title, score in self.acknowledged.items()
            if stored.get(title) not in {score, *self.later.get(title, ())}
        ]

    def _work(self, number: int) -> None:
        own = self.titles[number :: self.threads]
        turn = number
        while not self._stopping.wait(self.threads / self.per_second):
            turn += 1
            if turn % 5 == 0:
                self._write(own[turn // 5 % len(own)], turn // 5 % 10 + 1)
            else:
                self._send("GET", PAGES[turn % len(PAGES)])

    def _write(self, title: int, score: int) -> None:
        self.later.setdefault(title, set()).add(score)
        status = self._send("PATCH", f"/api/v1/my/list/{title}/", json.dumps({"status": "completed", "score": score}))
        if status == 200:
            self.acknowledged[title] = score
            self.later[title] = set()

    def _send(self, method: str, path: str, body: str = "") -> int:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        if not path.startswith("/api/"):
            headers = {"Cookie": self.cookie}
        at, status = time.monotonic(), 0
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        self.answers.append(Answer(at, time.monotonic() - at, status, method != "GET"))
        return status
