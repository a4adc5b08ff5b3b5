"""Members with open pages: one entry per recently active socket."""

from __future__ import annotations

import time
from typing import Any

from anirec.lib.valkey import valkey

KEY = "anirec:open-pages"
FORGOTTEN_AFTER = 900  # seconds; a page sends a heartbeat every 240


def is_here(user_id: int, socket: str) -> None:
    now = time.time()
    with valkey().pipeline(transaction=False) as pipe:
        pipe.zadd(KEY, {f"{user_id}:{socket}": now})
        pipe.zremrangebyscore(KEY, 0, now - FORGOTTEN_AFTER)
        pipe.execute()


def has_left(user_id: int, socket: str) -> None:
    valkey().zrem(KEY, f"{user_id}:{socket}")


def members_here() -> set[int]:
    entries: Any = valkey().zrange(KEY, 0, -1)
    return {int(entry.partition(b":")[0]) for entry in entries}
