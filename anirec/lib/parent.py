"""Processes that end when their parent is gone, so that a killed launcher leaves no orphans."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

POLL_SECONDS = 0.25
GRACE_SECONDS = 1.0  # between SIGTERM and SIGKILL


def stop_with_parent(parent: int) -> None:
    """Send this process SIGTERM when its parent has died. parent: its process ID, taken before the fork."""
    _watch(parent, _terminate)


def exit_with_parent(parent: int) -> None:
    """End this process and its children when its parent has died: by SIGTERM, and after a grace period by SIGKILL.

    The process must lead a process group of its own.
    """
    _watch(parent, _end_group)


def exit_at_once_with_parent() -> None:
    """Kill this process when its parent has died."""
    _watch(os.getppid(), lambda: os.kill(os.getpid(), signal.SIGKILL))


def _watch(parent: int, end: Callable[[], None]) -> None:
    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_SECONDS)
        end()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _end_group() -> None:
    _terminate()
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgid(0), signal.SIGKILL)
