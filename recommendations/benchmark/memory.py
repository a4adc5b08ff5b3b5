"""Memory of processes."""

from __future__ import annotations

from pathlib import Path


def peak_mb(pid: int) -> float:
    """Return the highest resident memory of a process of this machine until now. `ru_maxrss` may be its parent's."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
