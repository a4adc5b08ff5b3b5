"""Background jobs: workers record each finished run, and staff pages read the records."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from anirec.lib.jobs import send_soon
from anirec.lib.telemetry import metrics
from anirec.lib.valkey import valkey
from recommendations.models import JobRun

QUEUES = ("interactive", "import", "deliveries", "train", "publish", "sources")
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
    details = f"{error.strip()}\n\n{getattr(einfo, 'traceback', '') or ''}"[:LONGEST_ERROR].replace("\0", "")
    _write(sender, task_id, JobRun.State.FAILED, details, kwargs or {})


@task_postrun.connect(dispatch_uid="note_end_of_job")
def note_end(task_id: str = "", state: str | None = None, sender: Any = None, **_: Any) -> None:
    if state == "SUCCESS":
        _write(sender, task_id, JobRun.State.DONE)


def _write(task: Any, task_id: str, state: str, error: str = "", arguments: dict[str, Any] | None = None) -> None:
    """Record a finished run. Without a database the record is lost, so that the job itself doesn't fail."""
    at, began = _started.pop(task_id, (timezone.now(), time.perf_counter()))
    seconds = time.perf_counter() - began
    metrics.count_task(task.name, state, seconds)
    worker = getattr(task.request, "hostname", None) or ""
    try:
        with transaction.atomic():
            JobRun.objects.create(
                task=task.name, state=state, started_at=at, seconds=seconds,
                worker=worker[:100], error=error, arguments=arguments,
            )  # fmt: skip
    except DatabaseError:
        return


@receiver(pre_delete, sender=User, dispatch_uid="forget_jobs_of_member")
def forget_jobs_of(instance: User, **_: Any) -> None:
    JobRun.objects.filter(arguments__user_id=instance.pk).delete()


def run_again(run: JobRun) -> bool:
    """Restart a failed job with the same arguments. Returns False if it was restarted before."""
    failed = JobRun.objects.filter(pk=run.pk, state=JobRun.State.FAILED)
    if not failed.update(state=JobRun.State.AGAIN):
        return False
    send(run.task, run.arguments or {})
    return True


def send(task: str, arguments: dict[str, Any]) -> None:
    transaction.on_commit(partial(send_soon, current_app.tasks[task], **arguments))


# --- Staff pages ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scheduled:
    """A scheduled task, with statistics of the task's stored runs."""

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
        totals: dict[str, Any] = dict(sums.get(entry["task"], {}))
        cells = (_when(entry["schedule"]), entry.get("kwargs", {}), totals.get("last"), totals.get("n", 0))
        rows.append(Scheduled(name, entry["task"], *cells, totals.get("failed", 0), totals.get("mean")))
    return rows


def queue_lengths() -> list[tuple[str, int]]:
    with valkey().pipeline(transaction=False) as pipe:
        for queue in QUEUES:
            pipe.llen(queue)
        return list(zip(QUEUES, pipe.execute(), strict=True))


def workers() -> list[dict[str, Any]]:
    """Return the workers that reply within INSPECT_SECONDS, with their running jobs."""
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


def is_known_task(name: str) -> bool:
    return name in current_app.tasks and not name.startswith("celery.")


def retention_days() -> int:
    return settings.JOBS_KEPT


def _when(schedule: Any) -> str:
    """Return a schedule in crontab format, or as an interval in seconds."""
    if isinstance(schedule, int | float):
        return f"{schedule:g} s"
    fields = ("_orig_minute", "_orig_hour", "_orig_day_of_month", "_orig_month_of_year", "_orig_day_of_week")
    return " ".join(str(getattr(schedule, field)) for field in fields)


def schedule() -> dict[str, dict[str, Any]]:
    """Return the beat schedule. Tasks declare it, and a web process hasn't imported them yet."""
    current_app.loader.import_default_modules()
    return current_app.conf.beat_schedule
