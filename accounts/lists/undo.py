"""Undo a change of a list: what was there before is kept for a while, for the member alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.lists import writing as lists
from accounts.models import ListEntry, User
from anirec.lib.partial_dates import PartialDate

SECONDS = 15 * 60
SHAPE = 1  # of what is kept: raise it when EntryDraft changes, so that an older program's undo is not misread


def remember(user: User, title_ids: Collection[int]) -> str:
    """Keep the entries of these titles as they are now. Returns the address that restores them when it is posted to."""
    entries = ListEntry.objects.filter(user=user, title__in=title_ids)
    key = get_random_string(20)
    cache.set(_name(user, key), (list(title_ids), [_plain(lists.EntryDraft.of(entry)) for entry in entries]), SECONDS)
    return reverse("accounts:undo", args=[key])


def take_back(user: User, key: str) -> lists.WriteResult | None:
    """Restore what was remembered, once; None when that is too long ago."""
    kept = cache.get(_name(user, key))
    if kept is None or not cache.delete(_name(user, key)):
        return None
    title_ids, rows = kept
    drafts = [_draft(row) for row in rows]
    return lists.write_entries(user, drafts, remove=set(title_ids) - {draft.title_id for draft in drafts})


def _plain(draft: lists.EntryDraft) -> dict[str, Any]:
    """Only values that JSON knows."""
    dates = {name: draft_date and str(draft_date) for name, draft_date in _dates_of(draft).items()}
    return {
        **{name: getattr(draft, name) for name in lists.DRAFT_FIELDS},
        **dates,
        "tags": list(draft.tags),
        "rewatched_on": [str(date) for date in draft.rewatched_on],
    }


def _dates_of(draft: lists.EntryDraft) -> dict[str, PartialDate | None]:
    return {"started_on": draft.started_on, "finished_on": draft.finished_on}


def _draft(row: dict[str, Any]) -> lists.EntryDraft:
    draft = lists.EntryDraft(**row)
    return dataclasses.replace(
        draft,
        started_on=PartialDate.parse(row["started_on"] or ""),
        finished_on=PartialDate.parse(row["finished_on"] or ""),
        rewatched_on=[date for text in row["rewatched_on"] if (date := PartialDate.parse(text))],
    )


def _name(user: User, key: str) -> str:
    return f"undo:{SHAPE}:{user.pk}:{key}"
