"""The state of each source, for the staff page, the commands and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from catalog.importing.corrections import Contradiction, contradictions
from catalog.models import SourceDay, SourceState, StoredAnswer, Title
from catalog.models.titles import Status
from catalog.sources.client.requests import Service
from catalog.sources.clock import clock
from catalog.sources.due import due_requests
from catalog.sources.services import SERVICES, enabled_services

FRESH = timedelta(hours=24)
MOST_COUNTED = 1000
MOST_COMPARED, MOST_SHOWN = 1000, 20
# Fields of which a contradiction matters to who waits for a title.
SCHEDULE = ("status", "episodes", "started_on", "ended_on", "broadcast_day", "broadcast_time", "season", "is_adult")
WEEK = timedelta(days=7)


class Health(models.TextChoices):
    WORKING = "working", _("Working")
    WAITING = "waiting", _("Not asked yet")
    LATE = "late", _("Out of date")
    PAUSED = "paused", _("Paused")
    FAILING = "failing", _("Failing")


@dataclass(frozen=True)
class SourceStatus:
    """n_due: requests that are due now, MOST_COUNTED at most. Counts are those of a week."""

    service: Service
    state: SourceState
    health: Health
    n_due: int
    n_requests: int
    n_unchanged: int
    n_refusals: int
    n_failures: int
    unreadable: list[StoredAnswer]

    @property
    def is_late(self) -> bool:
        return self.health in (Health.LATE, Health.FAILING)

    @property
    def per_minute(self) -> float:
        return self.state.per_minute or self.service.manners.per_minute


def source_statuses() -> list[SourceStatus]:
    """Return the status of each enabled source, in the order in which they are asked."""
    services, now = enabled_services(), clock().now()
    states = SourceState.objects.in_bulk([service.name for service in services])
    counts = _counts(now)
    return [_status(one, states.get(one.name) or SourceState(source=one.name), counts, now) for one in services]


def disabled_sources() -> list[str]:
    enabled = {service.name for service in enabled_services()}
    return [name for name in SERVICES if name not in enabled]


def _status(service: Service, state: SourceState, counts: dict[str, dict[str, int]], now: datetime) -> SourceStatus:
    count = counts.get(service.name, {})
    unreadable = StoredAnswer.objects.filter(source=service.name, status=200).exclude(error="")
    return SourceStatus(
        service=service,
        state=state,
        health=health_of(service, state, now),
        n_due=sum(1 for _, _ in zip(due_requests(service), range(MOST_COUNTED), strict=False)),
        n_requests=count.get("requests", 0),
        n_unchanged=count.get("unchanged", 0),
        n_refusals=count.get("refusals", 0),
        n_failures=count.get("failures", 0),
        unreadable=list(unreadable.order_by("-fetched_at")[:5]),
    )


def disagreements() -> list[Contradiction]:
    """Return what sources say differently of titles on air and soon to be, most popular first."""
    titles = Title.objects.filter(status__in=[Status.AIRING, Status.UPCOMING], records__isnull=False)
    ids = list(titles.order_by("-members", "pk").values_list("pk", flat=True).distinct()[:MOST_COMPARED])
    found = [one for one in contradictions(ids) if one.field in SCHEDULE]
    return sorted(found, key=lambda one: -one.title.members)[:MOST_SHOWN]


def health_of(service: Service, state: SourceState, now: datetime) -> Health:
    """Return the health by what the source did last, and by the age of its data."""
    if state.failing_since:
        return Health.FAILING
    if state.is_open(now):
        return Health.PAUSED
    if state.succeeded_at is None:
        return Health.WAITING
    is_late = service.is_daily and now - state.succeeded_at > FRESH
    return Health.LATE if is_late else Health.WORKING


def _counts(now: datetime) -> dict[str, dict[str, int]]:
    names = ("requests", "unchanged", "refusals", "failures")
    days = SourceDay.objects.filter(day__gt=(now - WEEK).date()).order_by().values_list("source")
    sums = days.annotate(*(Sum(name) for name in names))
    return {source: dict(zip(names, numbers, strict=True)) for source, *numbers in sums}
