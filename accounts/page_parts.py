"""Parts of open pages that renew themselves: each subject registers its own, and says when one has changed for whom.

Saying so sends a signal. Whoever carries it to the pages (`anirec.live`) receives it, and nobody waits for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.dispatch import Signal

from accounts.models import User

changed = Signal()
"""Sent after the commit: `part`, and `user_ids` of the members whose pages show it; None for everybody's."""

_versions: dict[str, Callable[[User], str]] = {}


def register_part(name: str, version: Callable[[User], str]) -> None:
    """version: differs when the part, made now for a member, would differ."""
    _versions[name] = version


def parts() -> dict[str, Callable[[User], str]]:
    return _versions


def part_changed(name: str, user_ids: Callable[[], Iterable[int]]) -> None:
    """Tell the open pages of these members after the commit. user_ids is called then."""

    def send() -> None:
        changed.send_robust(part_changed, part=name, user_ids=list(user_ids()))

    transaction.on_commit(send, robust=True)


def everybodys_part_changed(name: str) -> None:
    changed.send_robust(everybodys_part_changed, part=name, user_ids=None)
