"""`python -m anirec.bench.covers`: fetch 400 covers from a server on this machine, and weigh pages that show them.

Uses its own site (DATA_DIR/bench-covers) with the sample catalogue, and the pictures in ../shared/data/covers, enlarged
to the width in which MyAnimeList has them.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import django

from anirec.bench.pages import CHROMIUMS, Figure
from anirec.bench.speeds import SHARED, manage, provide_own_services, step, wait_until_up, web_process
from anirec.start.embedded import BASE_DIR
from anirec.start.servers import free_port

TITLES, SECONDS, KILOBYTES = 400, 60.0, 350.0
SOURCE_WIDTH = 425
PAGES = (("home", "/"), ("browse", "/titles/"))
SCALES = (2, 3)  # pixels of a phone's screen for one of the page's
# Addresses of the pictures that are at least partly on the first screen.
ON_SCREEN = """() => [...document.images].filter((image) => {
    const box = image.getBoundingClientRect();
    return box.width && box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0;
}).map((image) => image.currentSrc)"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure covers of this project.")
    parser.parse_args()
    folder = SHARED / "covers"
    if not folder.is_dir():
        sys.exit("anirec: ../shared/data/covers not found; nothing was measured.")
    os.chdir(BASE_DIR)
    provide_own_services("bench-covers")
    os.environ.update(DJANGO_SETTINGS_MODULE="anirec.settings", COVERS="on")
    step("create a site with the sample catalogue (30 seconds)")
    manage("migrate", "--verbosity", "0")
    manage("seed")
    django.setup()
    pictures = [_as_the_source_has_it(path) for path in sorted(folder.glob("*.webp"))]
    with _server(pictures) as origin:
        figures = _fetch(origin)
    step("weigh pages (30 seconds)")
    manage("collectstatic", "--no-input", "--verbosity", "0")
    figures += _page_weights()
    print(f"\n{'':<56} {'target':>8} {'measured':>9}")
    print(*figures, sep="\n")


def _as_the_source_has_it(path: Path) -> bytes:
    from PIL import Image

    with Image.open(path) as image:
        size = (SOURCE_WIDTH, round(image.height * SOURCE_WIDTH / image.width))
        target = BytesIO()
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(target, "JPEG", quality=90)
    return target.getvalue()


@contextmanager
def _server(pictures: list[bytes]) -> Iterator[str]:
    """Serve picture n at /n, over and over. Yield the server's origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pictures[int(self.path.strip("/")) % len(pictures)]
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def _fetch(origin: str) -> list[Figure]:
    from django.conf import settings

    from catalog.cover_fetching.fetching import fetch_covers
    from catalog.covers import files
    from catalog.models import Title

    settings.COVER_TEST_ORIGIN = origin
    missing = max(0, TITLES - Title.objects.count())
    Title.objects.bulk_create(Title(name=f"Title {number}", status="finished") for number in range(missing))
    for number, title in enumerate(Title.objects.order_by("pk")):
        Title.objects.filter(pk=title.pk).update(cover_url=f"{origin}/{number}")
    step(f"fetch {TITLES} covers in {len(files.WIDTHS)} widths (1 minute)")
    start = time.monotonic()
    outcome = fetch_covers(limit=TITLES)
    seconds = time.monotonic() - start
    print(f"{outcome}. {outcome.stopped}")
    if outcome.fetched != TITLES:
        sys.exit("anirec: some covers could not be fetched.")
    return [Figure(f"{TITLES} covers, one process, s", SECONDS, seconds, ""), *_sizes()]


def _sizes() -> list[Figure]:
    """Return the mean size of a file of each width; the targets are what pages can bear."""
    from catalog.covers import files
    from catalog.models import Title

    digests = list(Title.objects.exclude(cover_digest="").values_list("cover_digest", flat=True))
    return [
        Figure(f"{width} pixels wide, mean kB", target, _mean_size(digests, width) / 1000, "")
        for width, target in zip(files.WIDTHS, (25, 60), strict=True)
    ]


def _mean_size(digests: list[str], width: int) -> float:
    from catalog.covers import files

    sizes = [len(files.read(digest, width) or b"") for digest in digests]
    return sum(sizes) / len(sizes)


def _page_weights() -> list[Figure]:
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        print("Chromium not found: skipping the pages.")
        return []
    port = free_port()
    with web_process(port):
        asyncio.run(wait_until_up(port))
        return _visits(chromium, f"http://localhost:{port}")


def _visits(chromium: str, site: str) -> list[Figure]:
    from playwright.sync_api import sync_playwright

    figures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, path in PAGES:
            for scale in SCALES:
                kilobytes, n = _weight(browser, site + path, scale)
                label = f"{name}: first screen of a phone, {scale}×, {n} pictures, kB"
                figures.append(Figure(label, KILOBYTES, kilobytes, ""))
        browser.close()
    return figures


def _weight(browser: Any, address: str, scale: int) -> tuple[float, int]:
    """Return kB of the document, styles and scripts (compressed) and the first screen's pictures, and their number."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=scale, is_mobile=True)
    page = context.new_page()
    responses: list[Any] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(address, wait_until="networkidle")
    on_screen = set(page.evaluate(ON_SCREEN))
    texts = [one for one in responses if one.request.resource_type in ("document", "stylesheet", "script") and one.ok]
    pictures = [one for one in responses if one.url in on_screen and one.ok]
    weight = sum(len(gzip.compress(one.body())) for one in texts) + sum(len(one.body()) for one in pictures)
    context.close()
    return weight / 1000, len(pictures)


if __name__ == "__main__":
    main()
