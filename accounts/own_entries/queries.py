from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from accounts.models import EntryStatus, OwnEntry
from catalog.search.keys import search_key


@dataclass(frozen=True)
class Tab:
    """A value that own entries can be filtered by, with how many have it. value: "" for all."""

    value: str
    label: str
    n: int


@dataclass(frozen=True)
class OwnPage:
    """Own entries as one viewer can see them. `entries` is unevaluated, for the view to paginate."""

    entries: QuerySet[OwnEntry]
    kinds: tuple[Tab, ...]
    statuses: tuple[Tab, ...]


def own_page(visible: QuerySet[OwnEntry], *, kind: str = "", status: str = "", q: str = "") -> OwnPage:
    """Return own entries that a viewer can see, filtered, with the number of each kind and of its statuses."""
    of_kind = visible.filter(kind=kind) if kind else visible
    entries = of_kind.filter(status=status) if status else of_kind
    if key := search_key(q):
        entries = entries.filter(key__contains=key)
    return OwnPage(
        entries.order_by("-updated_at", "-pk"),
        _tabs(visible, "kind", OwnEntry.Kind.choices),
        _tabs(of_kind, "status", EntryStatus.choices),
    )


def _tabs(entries: QuerySet[OwnEntry], name: str, choices: Iterable[tuple[str, Any]]) -> tuple[Tab, ...]:
    numbers = dict(entries.order_by().values_list(name).annotate(n=Count("pk")))
    tabs = [Tab(value, str(label), numbers[value]) for value, label in choices if value in numbers]
    return (Tab("", gettext("All"), sum(numbers.values())), *tabs)
