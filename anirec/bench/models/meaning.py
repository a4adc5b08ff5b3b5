"""`python -m anirec.bench.models.meaning`: judge search by meaning on public catalogues, and time it.

Uses its own site (DATA_DIR/bench-meaning): imports the catalogues, embeds 8,000 synopses (10 minutes), and runs
`manage.py bench_meaning`. `--again` uses the last run's site.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from urllib.parse import quote

import psutil

from anirec.bench.speeds import SHARED, Client, Row, import_catalogues, manage, provide_own_services, wait_until_up
from anirec.bench.speeds import web_process as web
from anirec.start.embedded import BASE_DIR
from anirec.start.servers import free_port

AGAIN = "--again"
SLOWEST, MEMORY = 150.0, 250.0  # ms, MB


def main() -> None:
    os.chdir(BASE_DIR)
    if not SHARED.is_dir():
        sys.exit("anirec: ../shared/data not found. Judge a site's own catalogue with `manage.py bench_meaning`.")
    is_again = AGAIN in sys.argv
    provide_own_services("bench-meaning", keep=is_again)
    if not is_again:
        manage("migrate", "--verbosity", "0")
        import_catalogues()
    manage("bench_meaning")
    worker = subprocess.Popen([sys.executable, "-m", "anirec.start.part", "worker"], cwd=BASE_DIR)
    port = free_port()
    try:
        with web(port) as process:
            rows = asyncio.run(_timed(port, process))
    finally:
        worker.terminate()
        worker.wait(20)
    print(*rows, sep="\n")


async def _timed(port: int, process: psutil.Process) -> list[Row]:
    """Ask each question once, new to the site, through the API."""
    from catalog.meaning.judged import judged_questions

    await wait_until_up(port)
    texts = [f"{one.text} {n}" for n, one in enumerate(judged_questions())]
    times, whole = [], 0
    async with Client(port) as client:
        for warm_up in ("a warm up", "another warm up", "the last one"):
            await client.get_json(f"/api/v1/titles/ask/?q={quote(warm_up)}", "")
        for text in texts:
            start = time.perf_counter()
            found = await client.get_json(f"/api/v1/titles/ask/?q={quote(text)}", "")
            times.append((time.perf_counter() - start) * 1000)
            whole += found["by_meaning"]
    p95 = sorted(times)[int(len(times) * 0.95)]
    megabytes = process.memory_info().rss / 2**20
    return [
        Row("a new question, p95, ms", f"< {SLOWEST:.0f}", f"{p95:.0f}", SLOWEST / p95),
        Row("questions whose meaning was compared", str(len(texts)), str(whole), whole / len(texts)),
        Row("memory of the web process, MB", f"< {MEMORY:.0f}", f"{megabytes:.0f}", MEMORY / megabytes),
    ]


if __name__ == "__main__":
    main()
