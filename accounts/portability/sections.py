"""Registry of the sections that other apps add to a member's JSON export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Section:
    """`export` gives items that JSON can hold, in an order of their own, without what differs from site to site.

    `restore` puts items back (anything may stand in them), inside the import's transaction, and returns what `undo`
    needs to take exactly that away again, as JSON holds it.
    """

    name: str
    export: Callable[[User], Iterable[Any]]
    restore: Callable[[User, list[Any]], Any]
    undo: Callable[[User, Any], None]


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    _sections[section.name] = section


def sections() -> list[Section]:
    return [_sections[name] for name in sorted(_sections)]
