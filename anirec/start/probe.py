"""Does the site on this machine answer? Asked by the launcher, and by parts that let the first page go first."""

from __future__ import annotations

import time
import urllib.request


def wait_until_live(port: int, seconds: float) -> bool:
    """Wait until the web process answers. Return whether it did within `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_live(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def is_live(port: int) -> bool:
    """Return whether the web process answers."""
    return _answers(f"http://127.0.0.1:{port}/health/live")


def is_ready(port: int) -> bool:
    """Return whether the site reaches its database and Valkey."""
    return _answers(f"http://127.0.0.1:{port}/health/ready")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except (OSError, ValueError):
        return False
