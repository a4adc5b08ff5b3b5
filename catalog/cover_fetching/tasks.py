from __future__ import annotations

import logging

from celery.schedules import crontab
from django.conf import settings

from anirec.lib.jobs import Run, job

logger = logging.getLogger(__name__)

EVERY = 600.0  # seconds
LONGEST = 240.0  # then others have their turn: sources, models


@job("catalog.tasks.fetch_covers", "sources", Run(EVERY, expires=EVERY))
def fetch_covers() -> None:
    from catalog.cover_fetching import fetching  # with Pillow, which no other task of this queue needs

    if not settings.COVERS:
        return
    outcome = fetching.fetch_covers(seconds=LONGEST)
    if outcome.n:
        logger.info("covers: %s. %s", outcome, outcome.stopped)


@job("catalog.tasks.clean_covers", "sources", Run(crontab(hour=5, minute=45)))
def clean_covers() -> None:
    from catalog.cover_fetching import cleaning

    if settings.COVERS:
        removed, forgotten = cleaning.clean_covers()
        logger.info("covers: %d files removed, %d covers without files forgotten", removed, forgotten)
