"""What background jobs do: each that ends is written down, by the worker that ran it."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from celery.signals import task_failure, task_postrun, task_prerun
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Avg, Count, Max, Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from anirec.lib.valkey import valkey
from recommendations.models import JobRun

QUEUES = ("interactive", "import", "deliveries", "train", "publish")
INSPECT_SECONDS = 0.7
LONGEST_ERROR = 4_000
_started: dict[str, tuple[datetime, float]] = {}


@task_prerun.connect(dispatch_uid="note_start_of_job")
def note_start(task_id: str = "", **_: Any) -> None:
    _started[task_id] = (timezone.now(), time.perf_counter())


@task_failure.connect(dispatch_uid="note_failed_job")
def note_failure(
    task_id: str = "", exception: object = None, einfo: Any = None, kwargs: Any = None, sender: Any = None, **_: Any
) -> None:
    error = "".join(traceback.format_exception_only(exception)) if isinstance(exception, BaseException) else ""
    told = f"{error.strip()}\n\n{getattr(einfo, 'traceback', '') or ''}"[:LONGEST_ERROR].replace("\0", "")
    _write(sender, task_id, JobRun.State.FAILED, told, kwargs or {})


@task_postrun.connect(dispatch_uid="note_end_of_job")
def note_end(task_id: str = "", state: str | None = None, sender: Any = None, **_: Any) -> None:
    if state == "SUCCESS":
        _write(sender, task_id, JobRun.State.DONE)


def _write(task: Any, task_id: str, state: str, error: str = "", arguments: dict[str, Any] | None = None) -> None:
    """A job never fails for it: where the database is gone, it is not written down."""
    at, began = _started.pop(task_id, (timezone.now(), time.perf_counter()))
    worker = getattr(task.request, "hostname", None) or ""
    try:
        with transaction.atomic():
            JobRun.objects.create(
                task=task.name, state=state, started_at=at, seconds=time.perf_counter() - began,
                worker=worker[:100], error=error, arguments=arguments,
            )  # fmt: skip
    except DatabaseError:
        return


@receiver(pre_delete, sender=User, dispatch_uid="forget_jobs_of_member")
def forget_jobs_of(instance: User, **_: Any) -> None:
    JobRun.objects.filter(arguments__user_id=instance.pk).delete()


def run_again(run: JobRun) -> bool:
    """Send a failed task anew, with what it was called with; False where somebody has done so already."""
    failed = JobRun.objects.filter(pk=run.pk, state=JobRun.State.FAILED)
    if not failed.update(state=JobRun.State.AGAIN):
        return False
    send(run.task, run.arguments or {})
    return True


def send(task: str, arguments: dict[str, Any]) -> None:
    transaction.on_commit(lambda: current_app.tasks[task].apply_async(kwargs=arguments))


# --- What is shown ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scheduled:
    """A task of the timetable, with what came of it in the days that are kept."""

    name: str
    task: str
    when: str
    arguments: dict[str, Any]
    last: datetime | None
    n: int
    failed: int
    seconds: float | None


def timetable() -> list[Scheduled]:
    sums = {
        row["task"]: row
        for row in JobRun.objects.order_by()
        .values("task")
        .annotate(
            last=Max("started_at"), n=Count("pk"), failed=Count("pk", filter=~Q(state="done")), mean=Avg("seconds")
        )
    }
    rows = []
    for name, entry in schedule().items():
        found: dict[str, Any] = dict(sums.get(entry["task"], {}))
        said = (_when(entry["schedule"]), entry.get("kwargs", {}), found.get("last"), found.get("n", 0))
        rows.append(Scheduled(name, entry["task"], *said, found.get("failed", 0), found.get("mean")))
    return rows


def queue_lengths() -> list[tuple[str, int]]:
    with valkey().pipeline(transaction=False) as pipe:
        for queue in QUEUES:
            pipe.llen(queue)
        return list(zip(QUEUES, pipe.execute(), strict=True))


def workers() -> list[dict[str, Any]]:
    """Those that answer within INSPECT_SECONDS, with what they run now."""
    inspect = current_app.control.inspect(timeout=INSPECT_SECONDS)
    running = inspect.active() or {}
    now = time.time()
    return [
        {
            "name": name,
            "jobs": [
                {"task": job["name"], "seconds": max(0.0, now - job["time_start"]) if job.get("time_start") else None}
                for job in jobs
            ],
        }
        for name, jobs in sorted(running.items())
    ]


def known_task(name: str) -> bool:
    return name in current_app.tasks and not name.startswith("celery.")


def kept_days() -> int:
    return settings.JOBS_KEPT


def _when(schedule: Any) -> str:
    """As crontab writes it; a number of seconds as such."""
    if isinstance(schedule, int | float):
        return f"{schedule:g} s"
    fields = ("_orig_minute", "_orig_hour", "_orig_day_of_month", "_orig_month_of_year", "_orig_day_of_week")
    return " ".join(str(getattr(schedule, field)) for field in fields)


def schedule() -> dict[str, dict[str, Any]]:
    """What runs by the clock. A web process has not imported the tasks, which say so, before it asks."""
    current_app.loader.import_default_modules()
    return current_app.conf.beat_schedule
