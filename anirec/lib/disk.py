"""Read-only mode: while the disk is nearly full, the site shows pages and refuses changes."""

from __future__ import annotations

import os
import time

from django.conf import settings

LEAST_FREE_BYTES = 128 * 2**20  # more than the reserve that the launcher gives up when the disk is full
REMEMBERED_SECONDS = 5.0  # after a refusal by a database whose disk is another machine's

_refused_at = float("-inf")


def is_read_only() -> bool:
    """Return whether changes can't be stored safely. It takes about 2 µs."""
    if time.monotonic() - _refused_at < REMEMBERED_SECONDS:
        return True
    state = os.statvfs(settings.DATA_DIR)
    return state.f_bavail * state.f_frsize < LEAST_FREE_BYTES


def note_disk_full() -> None:
    """Switch to read-only mode for some seconds, because a database reported a full disk."""
    global _refused_at
    _refused_at = time.monotonic()
