from __future__ import annotations

from accounts.portability.imports import reading, writing
from anirec.lib.jobs import job


@job("accounts.tasks.fetch_list", "import")
def fetch_list(import_id: int) -> None:
    """Fetch a member's own list from another site."""
    reading.fetch(import_id)


@job("accounts.tasks.write_import", "import")
def write_import(import_id: int) -> None:
    """Write an import that its member has confirmed."""
    writing.write_import(import_id)
