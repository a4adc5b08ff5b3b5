"""`python -m anirec.bench.pages`: measure page response times from a second process, and rendering in a browser.

Uses its own site (DATA_DIR/bench-pages): the full catalogue if ../shared/data exists, else the sample; a member with
1,500 list entries; and the starter model, because page speed doesn't depend on model quality.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import psutil

from anirec.bench.speeds import (
    SHARED,
    Client,
    import_catalogues,
    manage,
    provide_own_services,
    wait_until_up,
    web_process,
)
from anirec.bench.tools.processor import CLIENTS, relative_times
from anirec.start.embedded import BASE_DIR
from anirec.start.servers import free_port

FILTERS = "?tag=action&tag_not=comedy&year_min=2000&score_min=6&format=tv&status=finished"
PAGES = (
    ("home", "/", 80),
    ("browse, six filters", f"/titles/{FILTERS}", 80),
    ("title", "/titles/1/", 60),
    ("my list", "/list/", 150),
)
# Parts of the title page that are loaded once they are scrolled to, and the page as a guest gets it.
TITLE_PARTS = (
    ("people", "/titles/1/people/"),
    ("franchise", "/titles/1/franchise/"),
    ("scores", "/titles/1/scores/"),
    ("reviews", "/titles/1/reviews/"),
    ("similar", "/titles/1/similar/"),
    ("looks", "/titles/1/looks/"),
)
PART_MS = 60
HTMX = {"HX-Request": "true"}
MOST_QUERIES = 15
RATE = 8  # requests per second, a load that the process can sustain
KILOBYTES, LCP_SECONDS, CLS, SLOWDOWN, VISITS = 120, 1.0, 0.05, 4, 7
GROWTH = 1.1  # most CPU time of a request among several, relative to one alone
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Figure:
    label: str
    target: float
    measured: float
    unit: str

    def __str__(self) -> str:
        verdict = "" if self.measured < self.target else "  missed"
        return f"{self.label:<56} {f'< {self.target:g}':>8} {self.measured:>9.3g} {self.unit}{verdict}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure pages of this project.")
    parser.add_argument("--requests", type=int, default=120, help="requests per page (default: 120)")
    parser.add_argument("--entries", type=int, default=1500, help="entries on the member's list (default: 1500)")
    parser.add_argument("--again", action="store_true", help="reuse the last run's site")
    options = parser.parse_args()
    os.chdir(BASE_DIR)
    provide_own_services("bench-pages", keep=options.again)
    manage("migrate", "--verbosity", "0")
    if not options.again:
        _fill()
    manage("collectstatic", "--no-input", "--verbosity", "0")
    member = _member(options.entries)
    port = free_port()
    with web_process(port) as web:
        asyncio.run(wait_until_up(port))
        figures = asyncio.run(_processor_times(web, port, member, options.requests))
        figures += asyncio.run(_server_times(port, member["session"], options.requests))
        figures += [
            Figure(f"{name}: queries", MOST_QUERIES + 1, member["queries"][path], "") for name, path, _ in PAGES
        ]
        figures += _browser_figures(port, member["session"])
    print(f"\n{f'list of {options.entries} titles':<56} {'target':>8} {'measured':>9}")
    print(*figures, sep="\n")


def _fill() -> None:
    manage("seed")
    if SHARED.is_dir():
        import_catalogues()
    else:
        print("Using the sample catalogue: ../shared/data not found.")


def _member(entries: int) -> dict[str, Any]:
    command = ["bench_member", "--entries", str(entries), "--queries", *(path for _, path, _ in PAGES)]
    result = subprocess.run([sys.executable, "manage.py", *command], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(result.stdout.splitlines()[-1])


# --- The server -----------------------------------------------------------------------------------------------------


async def _server_times(port: int, session: str, requests: int) -> list[Figure]:
    member = {"Cookie": f"sessionid={session}"}
    measured = [(name, path, target, member) for name, path, target in PAGES]
    measured.append(("title, a guest's", "/titles/1/", PART_MS, {}))
    measured += [(f"title, part {name}", path, PART_MS, HTMX | member) for name, path in TITLE_PARTS]
    measured += [(f"title, part {name}, a guest's", path, PART_MS, HTMX) for name, path in TITLE_PARTS]
    figures = []
    for name, path, target, headers in measured:
        times = await _milliseconds(port, path, requests, headers)
        p50, p95 = (statistics.quantiles(times, n=100)[percent - 1] for percent in (50, 95))
        print(f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(times):.0f} ms")
        figures.append(Figure(f"{name}: p95, ms", target, p95, ""))
    return figures


async def _processor_times(web: psutil.Process, port: int, member: dict[str, Any], requests: int) -> list[Figure]:
    times = await relative_times(web, port, member["session"], member["token"], max(requests, 200))
    figures = []
    for page, bar, multiple, growth in times:
        figures.append(Figure(f"{page}: CPU time, multiple of an empty view", bar, multiple, ""))
        figures.append(Figure(f"{page}: CPU time with {CLIENTS} clients, relative to 1", GROWTH, growth, ""))
    return figures


async def _milliseconds(port: int, path: str, requests: int, headers: dict[str, str]) -> list[float]:
    """Return response times at a constant request rate, after five warm-up requests."""
    times = []
    async with Client(port) as client:
        for _ in range(requests + 5):
            start = time.perf_counter()
            status, body = await client.request(path, headers=headers)
            times.append((time.perf_counter() - start) * 1000)
            if status != 200:
                sys.exit(f"anirec: {path} returned {status}: {body[:300].decode()}")
            await asyncio.sleep(max(0, 1 / RATE - (time.perf_counter() - start)))
    return times[5:]


# --- The browser ----------------------------------------------------------------------------------------------------

LARGEST_PAINT = """() => new Promise((resolve) => {
    let paint = 0, shift = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) paint = entry.startTime; })
        .observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve([paint / 1000, shift]), 1500);
})"""


def _browser_figures(port: int, session: str) -> list[Figure]:
    """Return medians over several visits on a phone screen, with an empty cache and a throttled CPU."""
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        print("Chromium not found: skipping the browser measurements.")
        return []
    from playwright.sync_api import sync_playwright

    figures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        _visit(browser, f"http://localhost:{port}", "/offline/", session)  # warm up the browser
        for name, path, _ in PAGES:
            visits = [_visit(browser, f"http://localhost:{port}", path, session) for _ in range(VISITS)]
            weight, paint, shift = map(statistics.median, zip(*visits, strict=True))
            figures += [
                Figure(f"{name}: before the first render, kB compressed", KILOBYTES, weight, ""),
                Figure(f"{name}: largest paint, s at {SLOWDOWN}× slowdown", LCP_SECONDS, paint, ""),
                Figure(f"{name}: layout shift", CLS, shift, ""),
            ]
        browser.close()
    return figures


def _visit(browser: Any, site: str, path: str, session: str) -> tuple[float, float, float]:
    """Return (kB of compressed HTML, CSS and JS, seconds to the largest paint, layout shift)."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    responses: list[Any] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(site + path, wait_until="load")
    paint, shift = page.evaluate(LARGEST_PAINT)
    types = ("document", "stylesheet", "script")
    resources = [one for one in responses if one.request.resource_type in types and one.ok]
    weight = sum(len(gzip.compress(one.body())) for one in resources)  # read last, because it slows the browser down
    context.close()
    return weight / 1000, paint, shift


if __name__ == "__main__":
    main()
