"""`python -m anirec.bench.speeds`: measure publishing, and the response times of one web process.

Uses its own PostgreSQL and Valkey (DATA_DIR/bench), never the site's data. If ../shared/data exists, it uses the full
catalogue and a model trained on all ratings, otherwise the sample catalogue and the starter model. The load comes from
a separate process.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

from anirec.start.embedded import BASE_DIR, data_dir, provide_services
from anirec.start.servers import free_port

RECOMMENDATIONS = "/api/v1/my/recommendations/?n=20"
PING = "/api/v1/ping/"
CONNECTIONS = 4
SHARED = BASE_DIR.parent / "shared" / "data"
RATINGS = SHARED / "ratings.parquet"
CATALOGUES = (
    ("mal-2020", "mal_2020_anime.csv.gz"),
    ("jikan", "mal_seasonal_2026.parquet"),
    ("anilist", "anilist_2026.parquet"),
    ("synopses", "synopses.parquet"),
)
HEAVY = ("tensorflow", "surprise")
STARTED = time.monotonic()


@dataclass(frozen=True)
class Row:
    label: str
    target: str
    measured: str
    ratio: float  # ≥ 1 meets the target

    def __str__(self) -> str:
        missed = "" if self.ratio >= 1 else "  missed"
        return f"{self.label:<58} {self.target:>10} {self.measured:>10} {self.ratio:>7.2f}{missed}"


def main() -> None:
    options = _options()
    os.chdir(BASE_DIR)
    provide_own_services("bench", keep=options.again)
    if not options.again:
        _fill(options)
    tokens = _tokens()
    port = free_port()
    with web_process(port) as web:
        rows = asyncio.run(_measure(web, port, tokens, options))
        rows += _footprint(web)
    print(f"\n{'one web process':<58} {'target':>10} {'measured':>10} {'ratio':>7}")
    print(*rows, sep="\n")
    step("done")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure one web process of this project.")
    parser.add_argument("--requests", type=int, default=1500, help="requests of each kind (default: 1500)")
    parser.add_argument("--ratings-given", type=int, default=100, help="new ratings to time (default: 100)")
    parser.add_argument(
        "--members", type=int, default=2000, help="members in the interrupted publication (default: 2000)"
    )
    parser.add_argument("--small", action="store_true", help="use the sample catalogue and the starter model")
    parser.add_argument("--again", action="store_true", help="measure only the web process, on the last run's site")
    return parser.parse_args()


# --- Setup ---------------------------------------------------------------------------------------------------------


def provide_own_services(name: str, *, keep: bool = False) -> None:
    """Start separate PostgreSQL and Valkey servers in DATA_DIR/`name`, with empty data unless `keep`."""
    folder = data_dir() / name
    for variable in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        os.environ.pop(variable, None)
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    os.environ.update(DATA_DIR=str(folder), API_RATE_MEMBER="10000000/min", API_RATE_ANONYMOUS="10000000/min")
    os.environ["PYTHONWARNINGS"] = "ignore:No directory at"  # static files may not be collected
    provide_services()


def _fill(options: argparse.Namespace) -> None:
    step("create a site: database, sample catalogue, starter model (30 seconds)")
    manage("migrate", "--verbosity", "0")
    manage("seed")
    if options.small or not SHARED.is_dir():
        print("Using the sample catalogue and the starter model, not ../shared/data.")
    else:
        step("import public catalogues and synopses (30 seconds)")
        import_catalogues()
        step("import 1.7 million ratings and train a model (8 to 10 minutes)")
        manage("import_ratings", str(RATINGS))
        manage("rebuild")
    step("publish recommendations for 15,000 members (2 minutes)")
    manage("bench_publish")
    step("interrupt and resume a publication (1 minute)")
    manage("bench_resume", "--members", str(options.members))
    step("fold in lists (30 seconds)")
    manage("bench_live")
    step("load-test one web process (1 minute)")


def step(name: str) -> None:
    """Print the next step after the elapsed time. Durations in step names are for two cores."""
    elapsed = time.monotonic() - STARTED
    print(f"\n[{elapsed // 60:.0f}:{elapsed % 60:02.0f}] {name}", flush=True)


def import_catalogues() -> None:
    for layout, file in CATALOGUES:
        manage("import_catalogue", str(SHARED / file), "--format", layout)


def manage(*arguments: str) -> None:
    if subprocess.run([sys.executable, "manage.py", *arguments]).returncode:
        sys.exit(f"anirec: `manage.py {' '.join(arguments)}` failed; nothing was measured.")


def _tokens() -> list[str]:
    """Create and return a token for each member with live recommendations. The database stores only hashes."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        members = connection.execute(
            "SELECT user_id FROM recommendations_memberrecommendations"
            " JOIN recommendations_modelversion version ON version.id = version_id WHERE version.is_active ORDER BY 1"
        )
        keys = {user_id: f"anirec_bench{user_id}" for (user_id,) in members}
        rows = [(user_id, hashlib.sha256(key.encode()).hexdigest()) for user_id, key in keys.items()]
        connection.cursor().executemany(
            "INSERT INTO accounts_accesstoken (user_id, digest, name, scopes, created_at) VALUES (%s, %s, 'bench',"
            " ARRAY['read:list', 'write:list', 'read:recommendations'], now()) ON CONFLICT DO NOTHING",
            rows,
        )
    if not keys:
        sys.exit("anirec: no member has recommendations; nothing was measured.")
    return list(keys.values())


@contextmanager
def web_process(port: int) -> Iterator[psutil.Process]:
    command = ["uvicorn", "anirec.asgi:application", "--port", str(port), "--lifespan", "off", "--no-access-log"]
    process = psutil.Popen([sys.executable, "-m", *command, "--log-level", "warning"], cwd=BASE_DIR)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


# --- Requests ------------------------------------------------------------------------------------------------------


class Client:
    """A minimal HTTP client on one keep-alive connection, to use little CPU itself."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> Client:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def request(
        self,
        path: str,
        token: str = "",
        method: str = "GET",
        body: bytes = b"",
        cookie: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Authorization: Bearer {token}\r\n" if token else ""
        head += f"Cookie: {cookie}\r\n" if cookie else ""
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        header = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(header.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        return int(header[9:12]), await self.reader.readexactly(length)

    async def get_json(self, path: str, token: str) -> Any:
        status, body = await self.request(path, token)
        if status != 200:
            sys.exit(f"anirec: {path} returned {status}: {body[:300].decode()}")
        return json.loads(body)


@dataclass(frozen=True)
class Load:
    per_second: float
    milliseconds: list[float]

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.milliseconds, n=100)[percent - 1]


async def _load(
    port: int, n: int, connections: int, send: Callable[[Client, int], Awaitable[tuple[int, bytes]]]
) -> Load:
    """Send `n` requests over several connections, one at a time on each."""
    numbers, times = iter(range(n)), []

    async def work() -> None:
        async with Client(port) as client:
            for number in numbers:
                start = time.perf_counter()
                status, body = await send(client, number)
                times.append((time.perf_counter() - start) * 1000)
                if status != 200:
                    sys.exit(f"anirec: a measured request returned {status}: {body[:300].decode()}")

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return Load(n / (time.perf_counter() - start), times)


async def wait_until_up(port: int) -> None:
    for _ in range(300):
        try:
            async with Client(port) as client:
                if (await client.request("/health/"))[0] == 200:
                    return
        except OSError:
            await asyncio.sleep(0.1)
    sys.exit("anirec: the web process isn't responding; nothing was measured.")


# --- Measurements --------------------------------------------------------------------------------------------------


async def _measure(web: psutil.Process, port: int, tokens: Sequence[str], options: argparse.Namespace) -> list[Row]:
    def ping(client: Client, _number: int) -> Awaitable[tuple[int, bytes]]:
        return client.request(PING)

    def recommend(client: Client, number: int) -> Awaitable[tuple[int, bytes]]:
        return client.request(RECOMMENDATIONS, tokens[number % len(tokens)])

    await wait_until_up(port)
    await _load(port, 200, CONNECTIONS, recommend)  # warm-up
    await _print_completeness(port, tokens)
    cpu_start = _cpu_seconds(web)
    empty = await _load(port, options.requests, CONNECTIONS, ping)
    cpu_pings = _cpu_seconds(web)
    full = await _load(port, options.requests, CONNECTIONS, recommend)
    cpu_lists = _cpu_seconds(web)
    alone = await _load(port, options.requests // 5, 1, recommend)
    changes = await _rate_and_reload(port, tokens, options.ratings_given)
    share = full.per_second / empty.per_second
    print(f"\nempty JSON object: {empty.per_second:.0f}/s, p50 {empty.percentile(50):.1f} ms")
    per_ping, per_list = (cpu_pings - cpu_start) / options.requests, (cpu_lists - cpu_pings) / options.requests
    print(f"CPU time of the web process: {per_ping * 1000:.2f} ms per empty object, {per_list * 1000:.2f} ms per list")
    for load, connections in ((full, f"{CONNECTIONS} connections"), (alone, "one connection")):
        p50, p95 = load.percentile(50), load.percentile(95)
        print(f"recommendations: {load.per_second:.0f}/s, p50 {p50:.1f} ms, p95 {p95:.1f} ms at {connections}")
    return [
        _at_most("recommendations, p95, ms", 40, alone.percentile(95)),
        Row("recommendations, throughput relative to empty objects", "≥ 0.10", f"{share:.2f}", share / 0.1),
        _at_most("new rating and updated list, p95, ms", 150, changes.percentile(95)),
    ]


def _cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of the process, which other load on the machine affects less than wall time."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def _print_completeness(port: int, tokens: Sequence[str]) -> None:
    """Print how complete the lists are: the targets assume 20 titles with reasons."""
    async with Client(port) as client:
        lists = [await client.get_json(RECOMMENDATIONS, token) for token in tokens[:50]]
    lengths = [len(result["items"]) for result in lists]
    with_reasons = sum(bool(item["reasons"]) for result in lists for item in result["items"])
    sources = sorted({result["source"] for result in lists})
    print(
        f"{len(tokens)} members; shortest of {len(lists)} lists: {min(lengths)} titles; "
        f"{with_reasons} of {sum(lengths)} titles have reasons; sources: {', '.join(sources)}"
    )


async def _rate_and_reload(port: int, tokens: Sequence[str], n: int) -> Load:
    """Time members rating their first recommendation and fetching a new list, which must be live and without it."""
    times = []
    async with Client(port) as client:
        for number in range(n):
            token = tokens[number % len(tokens)]
            title_id = (await client.get_json(RECOMMENDATIONS, token))["items"][0]["title"]["id"]
            start = time.perf_counter()
            status, body = await client.request(f"/api/v1/my/list/{title_id}/", token, "PATCH", b'{"score": 9}')
            result = await client.get_json(RECOMMENDATIONS, token)
            times.append((time.perf_counter() - start) * 1000)
            ids = [item["title"]["id"] for item in result["items"]]
            if status != 200 or result["source"] != "live" or title_id in ids:
                sys.exit(f"anirec: the list doesn't reflect a new rating (source {result['source']}): {body.decode()}")
    return Load(n / sum(times) * 1000, times)


def _footprint(web: psutil.Process) -> list[Row]:
    megabytes = web.memory_info().rss / 2**20
    files = {Path(region.path).parts for region in web.memory_maps()}
    heavy = [name for name in HEAVY if any(name in parts for parts in files)]
    return [
        _at_most("memory of the web process after the load test, MB", 230, megabytes),
        Row("TensorFlow or Surprise loaded", "none", ", ".join(heavy) or "none", 0.0 if heavy else 1.0),
    ]


def _at_most(label: str, target: float, measured: float) -> Row:
    return Row(label, f"< {target:.0f}", f"{measured:.1f}", target / measured)


if __name__ == "__main__":
    main()
