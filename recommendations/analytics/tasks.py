from __future__ import annotations

from celery.schedules import crontab

from anirec.lib.jobs import Run, job
from recommendations.analytics import minutes, rollup


@job("recommendations.tasks.add_counted_minutes", "import", Run(60, expires=60))
def add_counted_minutes() -> None:
    """Add the minutes counted by web processes to the tables."""
    minutes.add_minutes()


@job(
    "recommendations.tasks.roll_up_days",
    "train",
    Run(crontab(hour=0, minute=20)),
    Run(crontab(minute=50), expires=3600, kwargs={"only_today": True}, label="roll-up-today"),
)
def roll_up_days(only_today: bool = False) -> None:
    """Recompute the daily counts of the last days, or only of today."""
    rollup.roll_up_today() if only_today else rollup.roll_up_last_days()
