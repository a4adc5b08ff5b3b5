"""Which descriptions of a title mean the same one, for titles that no catalogue tells apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from accounts.models import OwnEntry

T = TypeVar("T")


class Work(NamedTuple):
    """A description of a title. key: its name as it is compared."""

    kind: str
    key: str
    ids: Mapping[str, str]
    year: int | None

    @classmethod
    def of(cls, entry: OwnEntry) -> Work:
        return cls(entry.kind, entry.key, entry.ids, entry.year)

    def is_same(self, other: Work) -> bool:
        """Return whether both mean one title: a shared site's ID decides, else the name, unless the years differ."""
        if self.kind != other.kind:
            return False
        if shared := self.ids.keys() & other.ids.keys():
            return any(self.ids[site] == other.ids[site] for site in shared)
        return self.key == other.key and (not self.year or not other.year or self.year == other.year)


class Works(Generic[T]):
    """Things by the title that they are about."""

    def __init__(self, items: Iterable[tuple[Work, T]] = ()) -> None:
        self._by_clue: defaultdict[tuple[str, str], list[tuple[Work, T]]] = defaultdict(list)
        for work, item in items:
            self.add(work, item)

    def add(self, work: Work, item: T) -> None:
        for clue in _clues(work):
            self._by_clue[clue].append((work, item))

    def find(self, work: Work) -> T | None:
        """Return the first item about the same title, those with one of its IDs before those with its name."""
        found = (item for clue in _clues(work) for other, item in self._by_clue.get(clue, ()) if work.is_same(other))
        return next(found, None)


def _clues(work: Work) -> list[tuple[str, str]]:
    return [*work.ids.items(), ("name", work.key)]
