"""The parts of the site under supervisord, which runs inside the launcher's process."""

from __future__ import annotations

import os
from pathlib import Path

from supervisor.options import ServerOptions
from supervisor.supervisord import go

CONFIG = Path(__file__).with_name("supervisord.conf")


def run_parts() -> None:
    """Run the parts, and start those that end again, until SIGINT, SIGTERM or SIGHUP; then stop them all."""
    os.environ["LAUNCHER_PID"] = str(os.getpid())
    options = ServerOptions()
    options.realize(["--configuration", str(CONFIG)], doc="")
    options.first = False  # a first start would close the files of this process, such as the lock on the services
    options.test = False
    options.uid, options.gid = os.geteuid(), os.getegid()
    go(options)
