"""`python -m anirec.bench.updates`: measure the delay until one member's change appears in another's browser.

Uses its own site (DATA_DIR/bench-updates) with the sample catalogue, served by uvicorn.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from anirec.bench.pages import CHROMIUMS, Figure
from anirec.bench.speeds import manage, provide_own_services, wait_until_up, web_process
from anirec.start.embedded import BASE_DIR
from anirec.start.servers import free_port

RATINGS = 20
TARGET_SECONDS = 1.0
PASSWORD = "a long enough one"


def main() -> None:
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        sys.exit("anirec: Chromium not found. Install one, such as Debian's package chromium.")
    os.chdir(BASE_DIR)
    provide_own_services("bench-updates")
    manage("migrate", "--verbosity", "0")
    manage("seed", "--community", "0")
    manage("collectstatic", "--no-input", "--verbosity", "0")
    port = free_port()
    with web_process(port):
        asyncio.run(wait_until_up(port))
        with _browser(chromium) as browser:
            figures = _measure(browser, f"http://localhost:{port}")
    print(*figures, sep="\n")


@contextmanager
def _browser(path: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _measure(browser: Any, site: str) -> list[Figure]:
    ada, ben = _member(browser, site, "ada"), _member(browser, site, "ben")
    ben.goto(f"{site}/members/ada/")
    ben.get_by_role("button", name="Follow", exact=True).click()
    ben.get_by_role("button", name="Unfollow").wait_for()
    titles = _titles(ada, site)
    for title in titles[:5]:
        _rate(ada, site, title, 9)
    feed, together = ben, ben.context.new_page()
    for page, path in ((feed, "/feed/"), (together, "/together/?with=ada")):
        page.goto(site + path)
        page.wait_for_function("() => document.body.dataset.live === 'open'")
    in_feed = [_seconds(ada, site, title, feed, f".news a[href='{title}']") for title in titles[5 : 5 + RATINGS]]
    in_group = [_seconds_until_gone(ada, site, together) for _ in range(RATINGS)]
    return [
        _figure("rating appears in the other member's feed", in_feed),
        _figure("rated title leaves the shared suggestions", in_group),
    ]


def _figure(label: str, seconds: list[float]) -> Figure:
    print(f"{label}: median {statistics.median(seconds):.2f} s, {len(seconds)} ratings")
    return Figure(f"{label}: maximum, s", TARGET_SECONDS, max(seconds), "")


def _member(browser: Any, site: str, name: str) -> Any:
    page = browser.new_context().new_page()
    page.goto(f"{site}/accounts/signup/")
    for field, value in (("email", f"{name}@example.org"), ("username", name), ("password1", PASSWORD)):
        page.fill(f"[name={field}]", value)
    page.press("[name=password1]", "Enter")
    page.wait_for_url(lambda url: "signup" not in url)
    return page


def _titles(page: Any, site: str) -> list[str]:
    """Return the URL paths of the most popular series."""
    page.goto(f"{site}/titles/?format=tv")
    links = page.locator(".card h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    page.goto(f"{site}/titles/?format=tv&page=2")
    return links + page.locator(".card h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")


def _rate(page: Any, site: str, title: str, score: int) -> float:
    """Rate a title. Return the time of the response, by `time.perf_counter`."""
    page.goto(site + title)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("button", name=str(score), exact=True).first.click()
    return time.perf_counter()


def _seconds(rater: Any, site: str, title: str, page: Any, selector: str) -> float:
    """Rate a title. Return the seconds from the response until `selector` appears on the other page."""
    responded_at = _rate(rater, site, title, 8)
    page.locator(selector).first.wait_for(timeout=20_000)
    return time.perf_counter() - responded_at


def _seconds_until_gone(rater: Any, site: str, page: Any) -> float:
    """Rate a shared suggestion. Return the seconds from the response until the other page no longer shows it."""
    title = page.locator("#together .card h3 a").first.get_attribute("href")
    responded_at = _rate(rater, site, title, 9)
    page.locator(f"#together .card h3 a[href='{title}']").wait_for(state="detached", timeout=20_000)
    return time.perf_counter() - responded_at


if __name__ == "__main__":
    main()
