"""Registry of reportable objects, with the moderation actions for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from social.models import Decision
from social.models.moderation import Target

Act = Decision.Act
REMOVABLE = (Act.LEAVE, Act.TAKE_DOWN, Act.PUT_BACK, Act.WARN, Act.SUSPEND)


def mark_removed(target: Any, is_removed: bool) -> None:
    target.is_removed = is_removed
    target.save(update_fields=["is_removed"])


@dataclass(frozen=True)
class Reportable:
    """name: the column of Report. label: several of them, for staff.

    find: gives what a member may report, from what the address names it by; raises Http404. related: what is read with
    a report. has_title: the thing has a title that staff see beside it.
    """

    name: str
    label: str | Promise
    model: type[Target]
    find: Callable[..., Target]
    acts: tuple[Act, ...] = REMOVABLE
    related: tuple[str, ...] = ()
    has_title: bool = False
    set_removed: Callable[[Any, bool], None] = mark_removed


_targets: dict[str, Reportable] = {}


def register_target(target: Reportable) -> None:
    _targets[target.name] = target


def targets() -> dict[str, Reportable]:
    return _targets


def kind_of(target: Target) -> str:
    return next(known.name for known in _targets.values() if known.model is type(target))
