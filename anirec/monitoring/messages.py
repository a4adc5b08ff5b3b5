"""What every Celery message carries: the ID of the request that sent it, and when."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery.signals import beat_init, before_task_publish, task_postrun, task_prerun

from anirec.lib.telemetry import metrics
from anirec.lib.telemetry.request_ids import current_id, forget_id, use_id

log = logging.getLogger("anirec.tasks")

ID, SENT_AT = "anirec_request_id", "anirec_sent_at"


@beat_init.connect(dispatch_uid="begin_beat")
def begin_beat(**_: Any) -> None:
    metrics.share("beat")


@before_task_publish.connect(dispatch_uid="add_headers")
def add_headers(headers: dict[str, Any], **_: Any) -> None:
    headers[ID] = current_id()
    headers[SENT_AT] = time.time()


@task_prerun.connect(dispatch_uid="take_over_id")
def take_over_id(task: Any, task_id: str = "", **_: Any) -> None:
    """Continue the request's ID. A task that nobody asked for gets its own as the ID."""
    use_id(_header(task) or task_id)


@task_postrun.connect(dispatch_uid="end_task")
def end_task(task: Any, state: str | None = None, **_: Any) -> None:
    if _header(task):
        log.info("%s %s", task.name, state)
    if not task.request.is_eager:  # an eager task runs within the request
        forget_id()


def _header(task: Any) -> str:
    return str(getattr(task.request, ID, None) or (task.request.headers or {}).get(ID) or "")
