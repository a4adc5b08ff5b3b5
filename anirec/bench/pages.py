"""`python -m anirec.bench.pages`: how fast pages are made, from a second process, and how fast a browser shows them.

On a site of its own (DATA_DIR/bench-pages): the full catalogue where the shared data lies beside the project, else the
sample; a member with a list of 1,500 titles; the starter model, because what a page costs does not depend on how good
its model is.
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

from anirec.bench.speeds import (
    SHARED,
    Client,
    import_catalogues,
    manage,
    provide_own_services,
    wait_until_up,
    web_process,
)
from anirec.start.embedded import BASE_DIR
from anirec.start.servers import free_port

FILTERS = "?tag=action&tag_not=comedy&year_min=2000&score_min=6&format=tv&status=finished"
PAGES = (
    ("home", "/", 80),
    ("browse, six filters", f"/titles/{FILTERS}", 80),
    ("title", "/titles/1/", 60),
    ("my list", "/list/", 150),
)
MOST_QUERIES = 15
A_SECOND = 8  # requests: a bounded load, of which the process can keep up with
KILOBYTES, LCP_SECONDS, CLS, SLOWDOWN, VISITS = 120, 1.0, 0.05, 4, 7
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Figure:
    what: str
    bar: float
    measured: float
    unit: str

    def __str__(self) -> str:
        held = "" if self.measured < self.bar else "  missed"
        return f"{self.what:<46} {f'< {self.bar:g}':>8} {self.measured:>9.3g} {self.unit}{held}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure pages of this project.")
    parser.add_argument("--requests", type=int, default=120, help="of each page (default: 120)")
    parser.add_argument("--entries", type=int, default=1500, help="of the member's list (default: 1500)")
    parser.add_argument("--again", action="store_true", help="on the site that the last run made")
    options = parser.parse_args()
    os.chdir(BASE_DIR)
    provide_own_services("bench-pages", keep=options.again)
    manage("migrate", "--verbosity", "0")
    if not options.again:
        _fill()
    manage("collectstatic", "--no-input", "--verbosity", "0")
    member = _member(options.entries)
    port = free_port()
    with web_process(port):
        asyncio.run(wait_until_up(port))
        figures = asyncio.run(_server_times(port, member["session"], options.requests))
        figures += [
            Figure(f"{name}: queries", MOST_QUERIES + 1, member["queries"][path], "") for name, path, _ in PAGES
        ]
        figures += _browser_figures(port, member["session"])
    print(f"\n{'a list of ' + str(options.entries) + ' titles':<46} {'bar':>8} {'measured':>9}")
    print(*figures, sep="\n")


def _fill() -> None:
    manage("seed")
    if SHARED.is_dir():
        import_catalogues()
    else:
        print("measured on the sample catalogue: ../shared/data is not there")


def _member(entries: int) -> dict[str, Any]:
    command = ["bench_member", "--entries", str(entries), "--queries", *(path for _, path, _ in PAGES)]
    answer = subprocess.run([sys.executable, "manage.py", *command], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


# --- The server -----------------------------------------------------------------------------------------------------


async def _server_times(port: int, session: str, requests: int) -> list[Figure]:
    figures = []
    for name, path, bar in PAGES:
        times = await _milliseconds(port, session, path, requests)
        p50, p95 = (statistics.quantiles(times, n=100)[percent - 1] for percent in (50, 95))
        print(f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(times):.0f} ms")
        figures.append(Figure(f"{name}: p95, ms", bar, p95, ""))
    return figures


async def _milliseconds(port: int, session: str, path: str, requests: int) -> list[float]:
    """Of requests that come at a steady rate."""
    times = []
    async with Client(port) as client:
        for _ in range(requests + 5):
            start = time.perf_counter()
            status, body = await client.request(path, cookie=f"sessionid={session}")
            times.append((time.perf_counter() - start) * 1000)
            if status != 200:
                sys.exit(f"anirec: {path} answered {status}: {body[:300].decode()}")
            await asyncio.sleep(max(0, 1 / A_SECOND - (time.perf_counter() - start)))
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
    """With an empty cache and the processor slowed down, on a phone's screen: the median of some visits."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        print("no Chromium was found: what a browser shows was not measured")
        return []
    from playwright.sync_api import sync_playwright

    figures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        _seen(browser, f"http://localhost:{port}", "/offline/", session)  # the browser itself has started then
        for name, path, _ in PAGES:
            visits = [_seen(browser, f"http://localhost:{port}", path, session) for _ in range(VISITS)]
            weight, paint, shift = map(statistics.median, zip(*visits, strict=True))
            figures += [
                Figure(f"{name}: before the first render, kB compressed", KILOBYTES, weight, ""),
                Figure(f"{name}: largest paint, s at {SLOWDOWN}× slowdown", LCP_SECONDS, paint, ""),
                Figure(f"{name}: layout shift", CLS, shift, ""),
            ]
        browser.close()
    return figures


def _seen(browser: Any, site: str, path: str, session: str) -> tuple[float, float, float]:
    """(kB of HTML, CSS and JS, seconds to the largest paint, layout shift)."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(site + path, wait_until="load")
    paint, shift = page.evaluate(LARGEST_PAINT)
    weighed = [one for one in answers if one.request.resource_type in ("document", "stylesheet", "script") and one.ok]
    weight = sum(len(gzip.compress(one.body())) for one in weighed)  # read last: it takes the browser's time
    context.close()
    return weight / 1000, paint, shift


if __name__ == "__main__":
    main()
