from __future__ import annotations

from accounts.models import ListImport
from accounts.portability.imports import progress, reading, writing
from anirec.lib.jobs import Run, job, send_soon

State = ListImport.State


@job("accounts.tasks.fetch_list", "import")
def fetch_list(import_id: int) -> None:
    """Fetch a member's own list from another site."""
    reading.fetch(import_id)


@job("accounts.tasks.write_import", "import")
def write_import(import_id: int) -> None:
    """Write an import that its member has confirmed."""
    writing.write_import(import_id)


def send(opened: ListImport) -> None:
    """Queue the task that the import waits for. If that fails, `resume_imports` does so within a minute."""
    send_soon(fetch_list if opened.state == State.FETCHING else write_import, import_id=opened.pk)


@job("accounts.tasks.resume_imports", "interactive", Run(60, expires=60))
def resume_imports() -> None:
    """Queue imports that no worker is processing, such as after a queue outage. Both tasks may run twice."""
    for waiting in ListImport.objects.filter(state__in=(State.FETCHING, State.QUEUED)).only("state"):
        if progress.current(waiting.pk) is None:
            send(waiting)
