"""`python -m anirec.start.part [--after-web] PART`: run one part of the site, as `make run`, the image and systemd do.

Under a launcher the part ends when its launcher is gone (LAUNCHER_PID).
"""

from __future__ import annotations

import argparse
import fcntl
import os
import runpy
import sys
from typing import IO

from django.core.exceptions import ImproperlyConfigured

from anirec.lib.parent import exit_with_parent
from anirec.start.embedded import data_dir
from anirec.start.probe import wait_until_live

WEB_FIRST_SECONDS = 10
CELERY = "celery -q -A anirec"
WORKER = "--without-gossip --without-mingle -l WARNING"
COMMANDS = {
    "web": "uvicorn anirec.asgi:application --host {HOST} --port {PORT} --workers {WEB_PROCESSES} --lifespan off"
    " --ws-max-size 1024 --no-access-log --log-level warning --timeout-graceful-shutdown 3"
    " --no-proxy-headers --no-server-header",  # proxies: see anirec.asgi
    "worker": f"{CELERY} worker -n interactive@%h -Q interactive,import,deliveries --pool threads --concurrency 3"
    f" {WORKER}",
    "trainer": f"{CELERY} worker -n trainer@%h -Q train,publish,sources --concurrency 2 --max-tasks-per-child 1"
    f" {WORKER}",
    "beat": f"{CELERY} beat -S anirec.beat:Scheduler --max-interval 5 -s {{DATA_DIR}}/beat-schedule --pidfile="
    " -l WARNING",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anirec.start.part")
    parser.add_argument("--after-web", action="store_true", help="wait until the site answers, for a fast start")
    parser.add_argument("part", choices=COMMANDS)
    options = parser.parse_args()

    if launcher := os.environ.get("LAUNCHER_PID"):
        exit_with_parent(int(launcher))
    if options.after_web:
        wait_until_live(port(), WEB_FIRST_SECONDS)
    run(options.part)


def run(part: str) -> None:
    """Run the part in this process, until it ends. Exits with a sentence if a setting is invalid."""
    lock = _wait_for_lock(part) if part == "beat" else None
    sys.argv = command(part)
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except ImproperlyConfigured as error:
        sys.exit(f"anirec: {error}")
    del lock  # held until here


def command(part: str) -> list[str]:
    """Return the Python module that the part runs, and its arguments, with values from the environment."""
    values = {
        "HOST": os.environ.get("HOST") or "127.0.0.1",
        "PORT": port(),
        "WEB_PROCESSES": os.environ.get("WEB_PROCESSES") or "1",
        "DATA_DIR": data_dir(),
    }
    return [word.format(**values) for word in COMMANDS[part].split()]


def port() -> int:
    """Return PORT, by default 8000; exit with a sentence if it is no port."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        sys.exit(f"anirec: PORT must be a number between 1 and 65535, not {given!r}.")
    return int(given)


def _wait_for_lock(name: str) -> IO[str]:
    """Lock a file of the data folder; the kernel frees it when the process ends, however it ends."""
    stream = (data_dir() / f"{name}.lock").open("w")
    fcntl.flock(stream, fcntl.LOCK_EX)
    return stream


if __name__ == "__main__":
    main()
