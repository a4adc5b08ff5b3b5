"""Celery tasks that declare their queue and schedule next to their code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from celery import shared_task
from celery.schedules import crontab

QUEUES: dict[str, list[str]] = {}  # queue → the tasks that wait in it
SCHEDULE: dict[str, dict[str, Any]] = {}  # Celery's beat schedule: filled as the task modules are imported


@dataclass(frozen=True)
class Run:
    """A run by the clock. schedule: seconds between runs, or a crontab. expires: seconds, after which it is skipped.

    label: what the timetable calls it, where not as the task.
    """

    schedule: float | crontab
    expires: float | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""


def job(name: str, queue: str, *runs: Run, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare a task. name: on the wire, which never changes; options: those of Celery's `shared_task`."""
    QUEUES.setdefault(queue, []).append(name)
    for run in runs:
        SCHEDULE[run.label or name.rpartition(".")[2].replace("_", "-")] = {
            "task": name,
            "schedule": run.schedule,
            "kwargs": dict(run.kwargs),
            "options": {"expires": run.expires} if run.expires else {},
        }
    return shared_task(name=name, queue=queue, **options)
