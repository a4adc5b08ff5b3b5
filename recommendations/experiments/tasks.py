from __future__ import annotations

from celery.schedules import crontab

from anirec.lib.jobs import Run, job
from recommendations.experiments.collecting import collect, forget_old
from recommendations.experiments.lifecycle import set_bandit_weights


@job("recommendations.tasks.collect_events", "import", Run(15, expires=15))
def collect_events() -> None:
    """Store waiting events, and the outcomes of earlier ones."""
    collect()


@job("recommendations.tasks.look_after_experiments", "import", Run(crontab(hour=23, minute=45)))
def look_after_experiments() -> None:
    """Set tomorrow's bandit weights, and delete events past retention."""
    set_bandit_weights()
    forget_old()
