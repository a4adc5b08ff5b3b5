from __future__ import annotations

from celery.schedules import crontab

from accounts.models import StoredResponse
from anirec.lib.jobs import Run, job


@job("accounts.tasks.forget_old_answers", "import", Run(crontab(minute=25)))
def forget_old_answers() -> None:
    StoredResponse.forget_old()
