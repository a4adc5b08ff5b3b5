from __future__ import annotations

import logging
from pathlib import Path

from celery.schedules import crontab
from django.conf import settings

from anirec.backups.errors import AlreadyRunningError
from anirec.backups.writing import Options, back_up
from anirec.lib.jobs import Run, job

logger = logging.getLogger(__name__)

EXPIRES_SECONDS = 12 * 3600


def runs() -> list[Run]:
    """Return the daily run; none without BACKUP_DIR."""
    at = crontab(hour=settings.BACKUP_TIME.hour, minute=settings.BACKUP_TIME.minute)
    return [Run(at, expires=EXPIRES_SECONDS)] if settings.BACKUP_DIR else []


@job("anirec.backups.tasks.back_up_site", "train", *runs())
def back_up_site() -> None:
    """Add a backup to BACKUP_DIR. A failure is kept for the staff page and fails the task."""
    try:
        options = Options(keep=settings.BACKUP_KEEP, keep_weeks=settings.BACKUP_KEEP_WEEKS)
        finished = back_up(Path(settings.BACKUP_DIR), options, logger.info)
    except AlreadyRunningError as error:
        logger.info("%s", error)
        return
    logger.info("%s: %.0f MB in %.0f s", finished.folder, finished.bytes / 2**20, finished.seconds)
