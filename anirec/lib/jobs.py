"""Celery tasks that declare their queue and schedule next to their code."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from celery import Task, shared_task
from celery.schedules import crontab

from anirec.lib.disk import is_read_only

logger = logging.getLogger(__name__)

WAIT_FOR_DISK = 5.0  # seconds

QUEUES: dict[str, list[str]] = {}  # queue → task names
SCHEDULE: dict[str, dict[str, Any]] = {}  # Celery's beat schedule, filled on import of the task modules


@dataclass(frozen=True)
class Run:
    """A scheduled run. schedule: seconds between runs, or a crontab. expires: seconds until a late run is skipped.

    label: its name in the beat schedule, by default the task's.
    """

    schedule: float | crontab
    expires: float | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""


class PatientTask(Task):
    """A task that waits while the disk is full, so that it neither fails nor makes things worse."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        while is_read_only():
            time.sleep(WAIT_FOR_DISK)
        return super().__call__(*args, **kwargs)


def send_soon(task: Task, countdown: float = 0, **kwargs: Any) -> None:
    """Hand over the task to a thread that sends it, so that no request waits for the queue.

    A task that can't be sent is lost and logged: what must happen is in the database, where a regular job finds it.
    """
    if task.app.conf.task_always_eager:
        task.apply_async(kwargs=kwargs)
    else:
        _sender().submit(copy_context().run, _send, task, countdown, kwargs)  # with the request's ID


def _send(task: Task, countdown: float, kwargs: Mapping[str, Any]) -> None:
    try:
        task.apply_async(kwargs=kwargs, countdown=countdown, retry=False)
    except Exception as error:  # of the queue, or of its client
        logger.warning("%s was not sent: %s", task.name, error)


@cache
def _sender() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "sender")


os.register_at_fork(after_in_child=_sender.cache_clear)


def job(name: str, queue: str, *runs: Run, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare a task. name: its registered name, which must never change. options: passed to Celery's `shared_task`."""
    QUEUES.setdefault(queue, []).append(name)
    for run in runs:
        SCHEDULE[run.label or name.rpartition(".")[2].replace("_", "-")] = {
            "task": name,
            "schedule": run.schedule,
            "kwargs": dict(run.kwargs),
            "options": {"expires": run.expires} if run.expires else {},
        }
    return shared_task(name=name, queue=queue, base=PatientTask, **options)
