"""`python -m anirec.bench.load`: a whole site under load: its start and memory, crowds on a page, sign-ups, WebSockets.

Uses its own site (DATA_DIR/bench-load), started as `make run` starts it, with the full catalogue if the shared data is
there. `--soak MINUTES` adds a mixed load with imports and a rebuild, and looks for growth.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import io
import shutil
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from anirec.bench.pages import Figure
from anirec.bench.speeds import CATALOGUES, SHARED, step
from anirec.bench.tools.site import Site
from anirec.start.embedded import data_dir
from anirec.start.servers import free_port

CROWD, CROWD_SECONDS, CROWD_TARGET = 64, 20.0, 1500.0
SIGN_UPS, SIGN_UP_TARGET = 120, 500.0
SOCKETS, SOCKETS_SECONDS, SOCKETS_MB = 2000, 20.0, 60.0
PAGES_OPEN = 10  # by one member
START_TARGET, MEMORY_TARGET = 5.0, 700.0
REST_SECONDS = 15.0
PASSWORD = "a long enough one"
REBUILD = "from recommendations.pipelines.tasks import rebuild_models; rebuild_models.delay()"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anirec.bench.load")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES")
    options = parser.parse_args()
    folder = data_dir() / "bench-load"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    site = Site(folder / "site", free_port(), folder / "site.log")
    step("start a site for the first time, and import the shared catalogues (1 minute)")
    with site.running():
        if SHARED.is_dir():
            for layout, file in CATALOGUES:
                site.manage("import_catalogue", str(SHARED / file), "--format", layout)
    step("start it again")
    started = time.monotonic()
    with site.running():
        site.fetch("/")
        print(Figure("second start to the first page", START_TARGET, time.monotonic() - started, "s"))
        time.sleep(REST_SECONDS)
        print(Figure("memory of all processes, databases aside", MEMORY_TARGET, site.memory(), "MB"))
        for figure in (*_crowd(site), *_sign_ups(site), *_sockets(site)):
            print(figure, flush=True)
        if options.soak:
            _soak(site, options.soak * 60)


# --- Crowds ---------------------------------------------------------------------------------------------------------


def _crowd(site: Site) -> list[Figure]:
    step(f"{CROWD} clients load the home page again and again ({CROWD_SECONDS:.0f} seconds)")
    load = site.load()
    until = time.monotonic() + CROWD_SECONDS
    with ThreadPoolExecutor(CROWD) as clients:
        found = list(clients.map(lambda _: _visit(site, "/", load.cookie, until), range(CROWD)))
    visits = [visit for own in found for visit in own]
    times = [milliseconds for status, milliseconds in visits if status == 200]
    shed = sum(status == 503 for status, _ in visits)
    errors = len(visits) - len(times) - shed
    print(f"    {len(times) / CROWD_SECONDS:.0f} pages a second, median {statistics.median(times):.0f} ms, {shed} shed")
    return [
        Figure("home, 64 clients: p95", CROWD_TARGET, _percentile(times, 95), "ms"),
        Figure("home, 64 clients: errors", 1, errors, ""),
    ]


def _visit(site: Site, path: str, cookie: str, until: float) -> list[tuple[int, float]]:
    """Load a page until the given time. Return the status and milliseconds of each visit; waits as Retry-After asks."""
    visits = []
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            connection.request("GET", path, headers={"Cookie": cookie})
            response = connection.getresponse()
            response.read()
            status, retry_after = response.status, response.headers["Retry-After"]
        except (OSError, http.client.HTTPException):
            status, retry_after = 0, None
            connection.close()
        visits.append((status, (time.perf_counter() - began) * 1000))
        if retry_after:
            time.sleep(float(retry_after))
    return visits


def _sign_ups(site: Site) -> list[Figure]:
    step(f"{SIGN_UPS} people sign up at once, while others look at pages (1 minute)")
    load = site.load()
    over = threading.Event()
    times: list[float] = []

    def look() -> None:
        while not over.wait(0.2):
            times.extend(
                milliseconds for _, milliseconds in _visit(site, "/titles/", load.cookie, time.monotonic() + 0.01)
            )

    with ThreadPoolExecutor(4) as others, ThreadPoolExecutor(SIGN_UPS) as people:
        looking = [others.submit(look) for _ in range(4)]
        statuses = list(people.map(lambda number: _sign_up(site, number), range(SIGN_UPS)))
        over.set()
        for one in looking:
            one.result()
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    print(f"    sign-ups by status: {counts}; {len(times)} other pages, median {statistics.median(times):.0f} ms")
    return [Figure("other pages during 120 sign-ups: p95", SIGN_UP_TARGET, _percentile(times, 95), "ms")]


def _sign_up(site: Site, number: int) -> int:
    """Return the last status: 200 for the page after signing up, 503 if it was refused."""
    address = f"http://127.0.0.1:{site.port}/accounts/signup/"
    with requests.Session() as browser:
        browser.mount("http://", _From(f"127.0.1.{number + 1}"))  # sign-ups are limited by address
        browser.get(address, timeout=60)
        name = f"crowd{number}"
        form = {"email": f"{name}@example.org", "username": name, "password1": PASSWORD}
        token = browser.cookies.get("csrftoken", "")
        return browser.post(address, {**form, "csrfmiddlewaretoken": token}, timeout=90).status_code


class _From(HTTPAdapter):
    """Connects from an address of its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self.address, 0), **options)


# --- WebSockets -----------------------------------------------------------------------------------------------------


def _sockets(site: Site) -> list[Figure]:
    step(f"{SOCKETS} open pages on one process (30 seconds)")
    cookies, before = site.cookies(SOCKETS // PAGES_OPEN), site.memory("web")
    seconds, n, memory = asyncio.run(_connect(site, cookies))
    return [
        Figure(f"{SOCKETS} WebSockets: connected", SOCKETS_SECONDS, seconds if n == SOCKETS else float("inf"), "s"),
        Figure(f"{SOCKETS} WebSockets: memory", SOCKETS_MB, memory - before, "MB"),
    ]


async def _connect(site: Site, cookies: list[str]) -> tuple[float, int, float]:
    """Open all sockets, 100 at a time, and wait for the first message of each.

    Return the seconds, how many received it, and the memory of the web process then, in MB.
    """
    from websockets.asyncio.client import connect

    gate = asyncio.Semaphore(100)
    address = f"ws://127.0.0.1:{site.port}/live/socket/"
    origin = f"http://127.0.0.1:{site.port}"

    async def open_page(number: int) -> bool:
        headers = {"Cookie": cookies[number % len(cookies)], "Origin": origin}
        async with gate:
            socket = await connect(address, additional_headers=headers, compression=None, open_timeout=30)
            await asyncio.wait_for(socket.recv(), 30)
            sockets.append(socket)
            return True

    sockets: list[Any] = []
    began = time.monotonic()
    opened = await asyncio.gather(*map(open_page, range(SOCKETS)), return_exceptions=True)
    seconds = time.monotonic() - began
    memory = await asyncio.to_thread(site.memory, "web")
    await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)
    return seconds, opened.count(True), memory


# --- Soak -----------------------------------------------------------------------------------------------------------


def _soak(site: Site, seconds: float) -> None:
    step(f"mixed load for {seconds / 60:.0f} minutes: 25 requests a second, imports, a rebuild")
    load = site.load(per_second=25.0)
    load.start()
    memory: list[float] = []
    began = time.monotonic()
    for minute in range(int(seconds / 60)):
        time.sleep(max(0.0, began + 60 * (minute + 1) - time.monotonic()))
        _import_own_list(site, load.token)
        if minute == 5:
            site.manage("shell", "--no-imports", "-c", REBUILD)
        memory.append(site.memory())
        print(f"    minute {minute + 1}: {memory[-1]:.0f} MB, {site.sizes()}", flush=True)
    load.stop()
    steady = memory[9:] or memory
    drift = 100 * (max(steady) - min(steady)) / statistics.mean(steady) / 2
    failed = sum(answer.status not in (200, 503) for answer in load.answers)
    print(Figure("soak: memory from minute 10 on, ±", 5.0, drift, "%"))
    print(Figure("soak: failed requests", 1, failed, f"of {len(load.answers):,}"))
    print(Figure("soak: acknowledged writes lost", 1, len(load.lost(site.scores())), ""))


def _import_own_list(site: Site, token: str) -> None:
    """Export the list, and import it again."""
    api, headers = f"http://127.0.0.1:{site.port}/api/v1/my", {"Authorization": f"Bearer {token}"}
    exported = requests.get(f"{api}/export/", {"kind": "json"}, headers=headers, timeout=60)
    files = {"file": ("list.json", io.BytesIO(exported.content))}
    opened = requests.post(f"{api}/imports/", files=files, headers=headers, timeout=60)
    requests.post(f"{api}/imports/{opened.json()['id']}/run/", headers=headers, timeout=60).raise_for_status()


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    main()
