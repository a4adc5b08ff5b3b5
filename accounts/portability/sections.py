"""Registry of the sections that other apps add to a member's JSON export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Section:
    """A section of the export.

    `export` returns JSON-serialisable items in a stable order, without values that differ between sites. `restore`
    imports unvalidated items inside the import's transaction, and returns JSON-serialisable data with which `undo`
    removes exactly these items.
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
