"""/staff/jobs/: queues, workers, the schedule, and recent runs."""

from __future__ import annotations

from typing import Any

import redis
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from anirec.lib.web.permissions import staff_only
from anirec.lib.web.requests import PageRequest
from recommendations.models import JobRun
from recommendations.staff import jobs as background

PAGE_SIZE = 25
may_look = staff_only("recommendations.view_jobrun")
may_act = staff_only("recommendations.change_jobrun")


@require_GET
@may_look
def jobs(request: PageRequest) -> HttpResponse:
    """Render the jobs page. Workers are queried only on request: waiting for them takes most of a second."""
    if "workers" in request.GET and request.htmx.target == "workers":
        return render(request, "recommendations/staff/_workers.html", _worker_context())
    runs = JobRun.objects.order_by("-started_at", "-pk")
    state = request.GET.get("state", "")
    if state in JobRun.State.values:
        runs = runs.filter(state=state)
    task = request.GET.get("task", "")
    if background.is_known_task(task):
        runs = runs.filter(task=task)
    context: dict[str, Any] = {
        "runs": Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page")),
        "states": JobRun.State.choices,
        "state": state,
        "task": task if background.is_known_task(task) else "",
        "timetable": background.timetable(),
        "queues": background.queue_lengths(),
        "kept_days": background.retention_days(),
    }
    if "workers" in request.GET:
        context |= _worker_context()
    return render(request, "recommendations/staff/jobs.html", context)


@require_POST
@may_act
def run(request: PageRequest) -> HttpResponse:
    """Queue a scheduled job now."""
    entry = background.schedule().get(request.POST.get("name", ""))
    if entry is None:
        return HttpResponseBadRequest(gettext("Unknown scheduled job."))
    background.send(entry["task"], entry.get("kwargs", {}))
    messages.success(request, gettext("Job queued."))
    return redirect("staff:jobs")


@require_POST
@may_act
def again(request: PageRequest, pk: int) -> HttpResponse:
    failed = get_object_or_404(JobRun, pk=pk)
    if not background.is_known_task(failed.task):
        return HttpResponseBadRequest(gettext("Job not found. Reload the page."))
    if background.run_again(failed):
        messages.success(request, gettext("Job queued."))
    else:
        messages.error(request, gettext("Only failed jobs can be retried, and only once."))
    return redirect("staff:jobs")


def _worker_context() -> dict[str, Any]:
    try:
        return {"asked": True, "workers": background.workers()}
    except (redis.RedisError, OSError):
        return {"asked": True, "workers": []}
