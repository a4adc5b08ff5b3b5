"""Registry of reportable objects, with the moderation actions for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
    """A kind of object that members can report.

    name: the column of Report. label: its plural, for staff. find: returns the object from the viewer and the URL
    arguments; raises Http404. related: relations loaded with a report. lists: the same, with many objects each.
    has_title: staff see the object's title too. hints: returns texts by id, for staff to weigh, never a decision.
    """

    name: str
    label: str | Promise
    model: type[Target]
    find: Callable[..., Target]
    acts: tuple[Act, ...] = REMOVABLE
    related: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    has_title: bool = False
    set_removed: Callable[[Any, bool], None] = mark_removed
    hints: Callable[[Collection[int]], Mapping[int, str]] = lambda pks: {}


_targets: dict[str, Reportable] = {}


def register_target(target: Reportable) -> None:
    _targets[target.name] = target


def targets() -> dict[str, Reportable]:
    return _targets


def kind_of(target: Target) -> str:
    return next(reportable.name for reportable in _targets.values() if reportable.model is type(target))
