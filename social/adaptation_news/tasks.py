from __future__ import annotations

from anirec.lib.jobs import Run, job
from social.adaptation_news import announcing


@job("social.tasks.announce_adaptations", "interactive", Run(3600, expires=3600))
def announce_adaptations() -> None:
    """Notify members of new anime of what they read."""
    announcing.announce_adaptations()
