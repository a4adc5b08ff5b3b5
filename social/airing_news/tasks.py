from __future__ import annotations

from anirec.lib.jobs import Run, job
from social.airing_news import telling


@job("social.tasks.notify_of_episodes", "interactive", Run(120, expires=120))
def notify_of_episodes() -> None:
    """Notify members of episodes that air."""
    telling.notify_of_episodes()
