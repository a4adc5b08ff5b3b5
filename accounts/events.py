"""Registry of the events that a member's apps can subscribe to.

Publishing sends a signal, so that publishers don't depend on the receivers that deliver events (webhooks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal
from django.utils.functional import Promise

published = Signal()
"""Sent in the transaction that causes the event. Arguments: `user_id`, `event` (an Event), `data`."""


@dataclass(frozen=True)
class Event:
    """An event for webhooks. coalesces: one message may cover several events within a few seconds."""

    name: str
    description: str | Promise
    coalesces: bool = False


_events: dict[str, Event] = {}


def register_event(event: Event) -> None:
    _events[event.name] = event


def events() -> dict[str, Event]:
    """Return the events in alphabetical order."""
    return {name: _events[name] for name in sorted(_events)}


def event_choices() -> list[tuple[str, str | Promise]]:
    return [(event.name, event.description) for event in events().values()]


def publish(user_id: int, name: str, data: Mapping[str, Any]) -> None:
    """Publish an event for a member. `data` must not hold anything that the member can't see."""
    published.send(Event, user_id=user_id, event=_events[name], data=data)
