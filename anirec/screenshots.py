"""`make screenshots`: retake the screenshots in docs/, on a separate site with the sample catalogue."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from typing import Any

from anirec.bench.pages import CHROMIUMS
from anirec.bench.speeds import manage, provide_own_services, wait_until_up, web_process
from anirec.start.embedded import BASE_DIR, data_dir
from anirec.start.servers import free_port

WIDTH, HEIGHT = 1200, 800
PICTURES = {
    "for-you.png": "/",
    "title.png": "/titles/1/",
    "season.png": f"/season/{date.today().year - 5}/spring/",
}


def main() -> None:
    import asyncio

    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        sys.exit("anirec: no Chromium found. Install one, such as Debian's package chromium.")
    os.chdir(BASE_DIR)
    provide_own_services("screenshots")
    manage("migrate", "--verbosity", "0")
    manage("seed")
    manage("collectstatic", "--noinput", "--verbosity", "0")
    port = free_port()
    with web_process(port):
        asyncio.run(wait_until_up(port))
        take(chromium, f"http://localhost:{port}")


def take(chromium: str, site: str) -> None:
    from playwright.sync_api import sync_playwright

    name, password = (data_dir() / "demo_login").read_text().split()[:2]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--hide-scrollbars"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        log_in(page, site, name, password)
        for file, address in PICTURES.items():
            page.goto(site + address, wait_until="networkidle")
            page.screenshot(path=BASE_DIR / "docs" / file)
            print(f"docs/{file}")
        browser.close()


def log_in(page: Any, site: str, name: str, password: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", password)
    page.locator("main form button").first.click()
    page.wait_for_url(f"{site}/")


if __name__ == "__main__":
    main()
