"""Undo a change of a list: what was there before is kept for a while, for the member alone."""

from __future__ import annotations

from collections.abc import Collection

from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.lists import writing as lists
from accounts.models import ListEntry, User
from anirec.lib.shapes import shape_of

SECONDS = 15 * 60


def remember(user: User, title_ids: Collection[int]) -> str:
    """Keep the entries of these titles as they are now. Returns the address that restores them when it is posted to."""
    entries = ListEntry.objects.filter(user=user, title__in=title_ids)
    key = get_random_string(20)
    cache.set(_name(user, key), (list(title_ids), [lists.EntryDraft.of(entry) for entry in entries]), SECONDS)
    return reverse("accounts:undo", args=[key])


def take_back(user: User, key: str) -> lists.WriteResult | None:
    """Restore what was remembered, once; None when that is too long ago."""
    kept = cache.get(_name(user, key))
    if kept is None or not cache.delete(_name(user, key)):
        return None
    title_ids, drafts = kept
    return lists.write_entries(user, drafts, remove=set(title_ids) - {draft.title_id for draft in drafts})


def _name(user: User, key: str) -> str:
    return f"undo:{shape_of(lists.EntryDraft)}:{user.pk}:{key}"
