"""CPU time per request of one web process, relative to an empty view, and how it grows with several clients."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass

import psutil

from anirec.bench.speeds import PING, RECOMMENDATIONS, Client

CLIENTS = 4
PAGES = (
    ("recommendations API", RECOMMENDATIONS, 4.0),
    ("home", "/", 12.0),
    ("title", "/titles/1/", 12.0),
    ("my list", "/list/", 18.0),
)
ROUNDS = 4
HEADERS = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@dataclass(frozen=True)
class Load:
    """Requests of one page by a member. session: empty for a visitor. token: for the API, instead of the session."""

    path: str
    session: str = ""
    token: str = ""

    async def send(self, client: Client) -> None:
        cookie = f"sessionid={self.session}" if self.session else ""
        status, body = await client.request(self.path, self.token, cookie=cookie, headers=HEADERS)
        if status != 200:
            sys.exit(f"anirec: {self.path} returned {status}: {body[:300].decode(errors='replace')}")


async def relative_times(
    web: psutil.Process, port: int, session: str, token: str, n: int
) -> list[tuple[str, float, float, float]]:
    """Return (page, bar, multiple of an empty view, CPU time with several clients relative to one) of each page."""
    ping, rows = Load(PING), []
    for name, path, bar in PAGES:
        page = Load(path, token=token) if path.startswith("/api/") else Load(path, session)
        for load in (ping, page):
            await _milliseconds(web, port, load, n // 4, CLIENTS)  # warm-up
        empty, one, several = 0.0, 0.0, 0.0
        for _ in range(ROUNDS):  # in turn, because other work on the machine slows all of them down
            empty += await _milliseconds(web, port, ping, 2 * n, 1)
            one += await _milliseconds(web, port, page, n // ROUNDS, 1)
            several += await _milliseconds(web, port, page, n // ROUNDS, CLIENTS)
        times = ", ".join(f"{total / ROUNDS:.2f}" for total in (empty, one, several))
        print(f"{name}: ms CPU time of an empty view, of the page, and with {CLIENTS} clients: {times}", flush=True)
        rows.append((name, bar, one / empty, several / one))
    return rows


async def _milliseconds(web: psutil.Process, port: int, load: Load, n: int, clients: int) -> float:
    """Return the CPU time per request, which other work on the machine affects less than wall time."""
    numbers = iter(range(n))

    async def work() -> None:
        async with Client(port) as client:
            for _ in numbers:
                await load.send(client)

    before = web.cpu_times()
    await asyncio.gather(*(work() for _ in range(clients)))
    after = web.cpu_times()
    return float(after.user + after.system - before.user - before.system) / n * 1000
