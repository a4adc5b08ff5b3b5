from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from accounts.models import EntryChange, EntryStatus, ListEntry, User
from anirec.lib.partial_dates import PartialDate
from catalog.models import Title


def changes_of(member: User, title: Title | None = None) -> QuerySet[EntryChange]:
    """Return a member's changes, of one title or all that they can see, newest first."""
    changes = EntryChange.objects.filter(user=member, title__in=Title.objects.visible_to(member).order_by())
    changes = changes.filter(title=title) if title else changes
    return changes.prefetch_related(Prefetch("title", Title.objects.for_cards())).order_by("-at", "-pk")


def clear_history(member: User) -> int:
    """Delete all of a member's recorded changes. Return their number."""
    return EntryChange.objects.filter(user=member).delete()[0]


@dataclass(frozen=True)
class Watch:
    """One time that a title was watched. number: 1 for the first."""

    number: int
    started_on: PartialDate | None
    finished_on: PartialDate | None


def watches_of(entry: ListEntry, changes: Iterable[EntryChange]) -> list[Watch]:
    """Return each time that the title was watched, as far as dates are known, oldest first.

    changes: of this entry; they tell when it was begun again.
    """
    begun_again = sorted(
        change.at.date().isoformat()
        for change in changes
        if change.status == EntryStatus.REWATCHING != change.status_before
    )
    watches = [Watch(1, entry.started_on or None, entry.finished_on or None)]
    for number, finished in enumerate(entry.rewatched_on, 2):
        previous = str(watches[-1].finished_on or "")
        starts = [day for day in begun_again if previous <= day <= str(finished)]
        watches.append(Watch(number, PartialDate.parse(starts[-1]) if starts else None, finished))
    return [watch for watch in watches if watch.started_on or watch.finished_on]
