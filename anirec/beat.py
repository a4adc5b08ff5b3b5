"""Celery beat with a sign of life, so that a health check notices when it hangs."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler

from anirec.alive import note_alive


class Scheduler(PersistentScheduler):
    def tick(self, *args: Any, **kwargs: Any) -> float:
        note_alive("beat")
        return float(super().tick(*args, **kwargs))
