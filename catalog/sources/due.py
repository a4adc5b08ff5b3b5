"""What is due to be asked now. It loads no parsers, so that pages can show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from catalog.models import SourceState, StoredAnswer
from catalog.sources.client.requests import Service, SourceRequest
from catalog.sources.clock import clock
from catalog.sources.services import enabled_services

UNREADABLE = timedelta(hours=1)  # after which an answer that could not be read is asked for again


def services_to_refresh() -> list[Service]:
    """Return the enabled sources whose circuit lets them be asked now."""
    services, now = enabled_services(), clock().now()
    states = SourceState.objects.in_bulk([service.name for service in services])
    return [one for one in services if one.name not in states or not states[one.name].is_open(now)]


def due_requests(service: Service) -> Iterator[SourceRequest]:
    """Yield the requests that a refresh would send now, first pages only."""
    stored, now = stored_answers(service), clock().now()
    for request in service.requests():
        if is_due(request, stored.get(request.key), now):
            yield request


def stored_answers(service: Service) -> dict[str, StoredAnswer]:
    return {answer.key: answer for answer in StoredAnswer.objects.filter(source=service.name)}


def is_due(request: SourceRequest, answer: StoredAnswer | None, now: datetime) -> bool:
    if answer is None:
        return True
    is_unreadable = answer.status == 200 and answer.error
    return now - answer.fetched_at >= (min(UNREADABLE, request.every) if is_unreadable else request.every)
