"""`python -m anirec.start.part [--only-one] [--after-web] MODULE …`: run a Python module as a part of the site.

The part ends when its launcher is gone (LAUNCHER_PID).
"""

from __future__ import annotations

import argparse
import fcntl
import os
import runpy
import sys
from typing import IO

from anirec.lib.parent import exit_with_parent
from anirec.start.embedded import data_dir
from anirec.start.probe import wait_until_live

WEB_FIRST_SECONDS = 10


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anirec.start.part")
    parser.add_argument("--only-one", metavar="NAME", help="wait until no other process has this name")
    parser.add_argument("--after-web", action="store_true", help="wait until the site answers, for a fast start")
    parser.add_argument("module")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    exit_with_parent(int(os.environ["LAUNCHER_PID"]))
    if options.after_web:
        wait_until_live(int(os.environ["PORT"]), WEB_FIRST_SECONDS)
    lock = _wait_for_lock(options.only_one) if options.only_one else None
    sys.argv = [options.module, *options.arguments]
    runpy.run_module(options.module, run_name="__main__", alter_sys=True)
    del lock  # held until here


def _wait_for_lock(name: str) -> IO[str]:
    """Lock a file of the data folder; the kernel frees it when the process ends, however it ends."""
    stream = (data_dir() / f"{name}.lock").open("w")
    fcntl.flock(stream, fcntl.LOCK_EX)
    return stream


if __name__ == "__main__":
    main()
