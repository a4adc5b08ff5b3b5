"""Record a member's own changes of entries, joined per title for ten minutes: what is taken back leaves no trace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta

from django.utils import timezone

from accounts.entries.validation import plain
from accounts.models import EntryChange, ListEntry, User

TOGETHER = timedelta(minutes=10)
OTHERS = ("volumes", "started_on", "finished_on", "rewatches", "rewatched_on", "visibility", "tags", "notes")
Entries = Mapping[int, ListEntry]


def record(user: User, title_ids: Iterable[int], before: Entries, after: Entries) -> None:
    """Record the change of these titles' entries; a title that is missing in `before` or `after` isn't on the list."""
    now = timezone.now()
    changes = [_change(user, title_id, before.get(title_id), after.get(title_id)) for title_id in title_ids]
    recent = _recent(user, [change.title_id for change in changes])
    for change in changes:
        change.at = now
        _continue(change, recent.get(change.title_id))
    if recent:
        EntryChange.objects.filter(pk__in=[change.pk for change in recent.values()]).delete()
    EntryChange.objects.bulk_create([change for change in changes if not _is_void(change)])


def _recent(user: User, title_ids: Collection[int]) -> dict[int, EntryChange]:
    since = timezone.now() - TOGETHER
    changes = EntryChange.objects.filter(user=user, title__in=title_ids, at__gt=since)
    return {change.title_id: change for change in changes.order_by("at")}


def _change(user: User, title_id: int, before: ListEntry | None, after: ListEntry | None) -> EntryChange:
    old, new = before or ListEntry(status=""), after or ListEntry(status="")
    return EntryChange(
        user=user,
        title_id=title_id,
        status_before=old.status,
        status=new.status,
        progress_before=old.progress,
        progress=new.progress,
        score_before=old.score,
        score=new.score,
        watched=new.watched_now,
        others=list(_others(old, new)) if before and after else [],
    )


def _others(old: ListEntry, new: ListEntry) -> Iterator[str]:
    return (name for name in OTHERS if plain(old, name) != plain(new, name))


def _continue(change: EntryChange, recent: EntryChange | None) -> None:
    """Let the change begin where the recent one did."""
    if recent is None:
        return
    change.status_before, change.score_before = recent.status_before, recent.score_before
    change.progress_before = recent.progress_before
    change.watched += recent.watched
    change.others = [name for name in OTHERS if name in {*recent.others, *change.others}]


def _is_void(change: EntryChange) -> bool:
    before = (change.status_before, change.progress_before, change.score_before)
    return before == (change.status, change.progress, change.score) and not change.others
