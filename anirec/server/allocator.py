"""What the C library's allocator keeps of freed memory.

By default each thread has its own heap, and blocks that were freed between others stay with the process: some 20 MB
after a thousand requests. The names and numbers are those of mallopt(3).
"""

from __future__ import annotations

import ctypes

KILOBYTE = 1024
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8


def keep_little() -> None:
    """Use one heap for all threads, large blocks apart from it. C libraries without mallopt stay as they are."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_TRIM_THRESHOLD, 256 * KILOBYTE)
        mallopt(M_MMAP_THRESHOLD, 256 * KILOBYTE)
