from __future__ import annotations

from accounts.own_entries.joining import join_found
from anirec.lib.jobs import Run, job


@job("accounts.tasks.join_own_entries", "import", Run(300, expires=300))
def join_own_entries() -> None:
    """Move own entries to titles that were added to the catalogue or got IDs and names."""
    join_found()
