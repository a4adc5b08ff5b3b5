"""Undo list changes: the previous entries are cached for 15 minutes, for this member only."""

from __future__ import annotations

from collections.abc import Collection

from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.entries import writing as lists
from accounts.models import ListEntry, User
from anirec.lib.shapes import shape_of

SECONDS = 15 * 60


def remember(user: User, title_ids: Collection[int]) -> str:
    """Cache the current entries of these titles. Return the URL that restores them on POST."""
    entries = ListEntry.objects.filter(user=user, title__in=title_ids)
    key = get_random_string(20)
    cache.set(_name(user, key), (list(title_ids), [lists.EntryDraft.of(entry) for entry in entries]), SECONDS)
    return reverse("accounts:undo", args=[key])


def take_back(user: User, key: str) -> lists.WriteResult | None:
    """Restore cached entries, once. Return None if they have expired."""
    snapshot = cache.get(_name(user, key))
    if snapshot is None or not cache.delete(_name(user, key)):
        return None
    title_ids, drafts = snapshot
    return lists.write_entries(user, drafts, remove=set(title_ids) - {draft.title_id for draft in drafts})


def _name(user: User, key: str) -> str:
    return f"undo:{shape_of(lists.EntryDraft)}:{user.pk}:{key}"
