"""Registry of the events that a member's apps can subscribe to.

Publishing sends a signal: whoever delivers events (webhooks) receives it, and nobody needs to know who that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal
from django.utils.functional import Promise

published = Signal()
"""Sent in the transaction of what happened: `user_id`, `event` (an Event), `data`."""


@dataclass(frozen=True)
class Event:
    """coalesces: one message may stand for several within a few seconds."""

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
    """Announce an event of a member. `data` must not hold anything that the member may not see."""
    published.send(Event, user_id=user_id, event=_events[name], data=data)
