"""Undo list changes: what was before is cached for 15 minutes, for this member only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.entries import writing as lists
from accounts.entries.validation import plain
from accounts.models import ListEntry, User
from anirec.lib.shapes import shape_of

SECONDS = 15 * 60


@dataclass(frozen=True)
class Entries:
    """These titles' entries before a change; titles without one weren't on the list."""

    title_ids: Collection[int]
    drafts: Collection[lists.EntryDraft]

    def restore(self, user: User) -> None:
        gone = set(self.title_ids) - {draft.title_id for draft in self.drafts}
        lists.write_entries(user, self.drafts, remove=gone, is_undo=True)


@dataclass(frozen=True)
class Fields:
    """Some fields of an entry: before a change, and after it. A field that has changed since is left."""

    title_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def restore(self, user: User) -> None:
        entry = ListEntry.objects.filter(user=user, title=self.title_id).select_related("title").first()
        if entry is not None:
            same = {name: value for name, value in self.before.items() if plain(entry, name) == self.after[name]}
            lists.update_entry(user, entry.title, is_live=False, **same)


def remember(user: User, title_ids: Collection[int]) -> str:
    """Cache the current entries of these titles. Return the URL that restores them on POST."""
    entries = ListEntry.objects.filter(user=user, title__in=title_ids)
    return _remember(user, Entries(list(title_ids), [lists.EntryDraft.of(entry) for entry in entries]))


def remember_fields(user: User, entry: ListEntry, before: Mapping[str, Any]) -> str:
    """Cache these fields of a changed entry, with their values before. Return the URL that restores them on POST."""
    return _remember(user, Fields(entry.title_id, before, {name: plain(entry, name) for name in before}))


def take_back(user: User, key: str) -> bool:
    """Restore what is cached, once. Return False if it has expired."""
    snapshot = cache.get(_name(user, key))
    if snapshot is None or not cache.delete(_name(user, key)):
        return False
    snapshot.restore(user)
    return True


def _remember(user: User, snapshot: Entries | Fields) -> str:
    key = get_random_string(20)
    cache.set(_name(user, key), snapshot, SECONDS)
    return reverse("accounts:undo", args=[key])


def _name(user: User, key: str) -> str:
    return f"undo:{shape_of(lists.EntryDraft)}:{shape_of(Fields)}:{user.pk}:{key}"
