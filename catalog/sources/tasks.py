"""Scheduled refreshes."""

from __future__ import annotations

import logging

from celery.schedules import crontab

from anirec.lib.jobs import Run, job, send_soon
from catalog.models import SourceState
from catalog.sources.client.answers import remove_old_answers
from catalog.sources.due import services_to_refresh
from catalog.sources.services import service_named

logger = logging.getLogger(__name__)

EVERY = 600.0  # seconds
LONGEST = 480.0  # then others have their turn


@job(
    "catalog.tasks.refresh_sources", "sources",
    Run(EVERY, expires=EVERY), Run(60, expires=60, kwargs={"only_new": True}, label="refresh-new-sources"),
)  # fmt: skip
def refresh_sources(only_new: bool = False) -> None:
    """Send a refresh for each source that may be asked: one that is down doesn't hold up the others.

    only_new: those that were never asked, so that a new site needn't wait.
    """
    asked = set(SourceState.objects.values_list("source", flat=True)) if only_new else set()
    for service in services_to_refresh():
        if service.name not in asked:
            send_soon(refresh_source, name=service.name)


@job("catalog.tasks.refresh_source", "sources", expires=EVERY)
def refresh_source(name: str, is_forced: bool = False) -> None:
    from catalog.sources.refresh import refresh  # with parsers, whose libraries web processes don't have

    outcome = refresh(service_named(name), seconds=LONGEST, is_forced=is_forced)
    if outcome.requests or outcome.report.rejected:
        logger.info("%s: %d requests; %s. %s", name, outcome.requests, outcome.report, outcome.stopped)
    for problem in outcome.unreadable:
        logger.warning("%s: can’t be read: %s", name, problem)


@job("catalog.tasks.remove_old_answers", "sources", Run(crontab(hour=5, minute=15)))
def forget_old_answers() -> None:
    remove_old_answers()
