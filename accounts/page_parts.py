"""Registry of the parts of open pages that update live.

Each subject registers its parts and reports changes. A report sends a signal, which `anirec.live` forwards to the open
pages; nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.dispatch import Signal

from accounts.models import User

changed = Signal()
"""Sent when a part has changed. Arguments: `part`, and `user_ids` of the members affected; None for everyone."""

_versions: dict[str, Callable[[User], str]] = {}


def register_part(name: str, version: Callable[[User], str]) -> None:
    """Register a part. version: returns a string that changes whenever the part's content changes for a member."""
    _versions[name] = version


def parts() -> dict[str, Callable[[User], str]]:
    return _versions


def part_changed(name: str, user_ids: Callable[[], Iterable[int]]) -> None:
    """Update these members' open pages after the commit. `user_ids` is called then."""

    def send() -> None:
        changed.send_robust(part_changed, part=name, user_ids=list(user_ids()))

    transaction.on_commit(send, robust=True)


def everybodys_part_changed(name: str) -> None:
    """Update everyone's open pages immediately."""
    changed.send_robust(everybodys_part_changed, part=name, user_ids=None)
