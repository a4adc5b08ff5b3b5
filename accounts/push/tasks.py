from __future__ import annotations

from accounts.push import delivering
from anirec.lib.jobs import Run, job


@job("accounts.tasks.deliver_pushes", "deliveries", Run(60, expires=60))
def deliver_pushes() -> None:
    """Send due push messages: new ones, and those that a push service couldn't take."""
    delivering.deliver()
