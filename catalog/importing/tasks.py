from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from anirec.lib.jobs import Run, job


@job("catalog.tasks.keep_sample_current", "sources", Run(crontab(minute=5)))
def keep_sample_current() -> None:
    """Move the sample's seasons with the calendar."""
    from catalog.importing import sample_seasons  # with parsers, whose libraries web processes don't have

    sample_seasons.keep_sample_current(timezone.localdate())
