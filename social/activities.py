"""Record activities: one per kind and hour, however many titles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import EntryStatus, ListEntry
from accounts.signals import entries_changed, list_imported
from social.models import Activity, ActivityItem, Follow, Review
from social.signals import feed_changed

TOGETHER = timedelta(hours=1)
Kind = Activity.Kind
Before = tuple[str, int | None] | None  # an entry's status and score, if there was one


@receiver(entries_changed, dispatch_uid="record_entries")
def record_entries(user_id: int, changes: Sequence[tuple[ListEntry, Before]], **_: Any) -> None:
    """Record changes as activities; each replaces the same entry's activity of the last hour."""
    news: dict[Kind, list[int]] = {}
    for entry, before in changes:
        if kind := news_of(entry, before):
            news.setdefault(kind, []).append(entry.pk)
    entry_ids = [pk for pks in news.values() for pk in pks]
    if entry_ids:
        ActivityItem.objects.filter(activity__in=_recent(user_id).values("pk"), entry__in=entry_ids).delete()
    for kind, pks in news.items():
        _record(user_id, kind, [ActivityItem(entry_id=pk) for pk in pks])


@receiver(list_imported, dispatch_uid="record_import")
def record_import(user_id: int, title_ids: Iterable[int], **_: Any) -> None:
    """Record an import's new entries. Undoing the import deletes them, and with them the activity's items."""
    pks = ListEntry.objects.filter(user=user_id, title__in=title_ids).order_by("pk").values_list("pk", flat=True)
    _record(user_id, Kind.IMPORTED, [ActivityItem(entry_id=pk) for pk in pks])


def record_review(review: Review) -> None:
    _record(review.author_id, Kind.REVIEWED, [ActivityItem(review=review)])


def record_follow(follow: Follow) -> None:
    _record(follow.follower_id, Kind.FOLLOWED, [ActivityItem(follow=follow)])


def news_of(entry: ListEntry, before: Before) -> Kind | None:
    """Return the kind of activity, or None: progress, notes, dates and dropping a title aren't activities."""
    status, score = before or ("", None)
    if entry.score is not None and entry.score != score:
        return Kind.SCORED
    if entry.status == EntryStatus.COMPLETED != status:
        return Kind.COMPLETED
    if before is None and entry.status in (EntryStatus.PLANNED, EntryStatus.WATCHING):
        return Kind.ADDED
    return None


def _record(actor_id: int, kind: Kind, items: list[ActivityItem]) -> None:
    if not items:
        return
    activity = _recent(actor_id).filter(kind=kind).order_by("-at").first()
    activity = activity or Activity.objects.create(actor_id=actor_id, kind=kind)
    for item in items:
        item.activity = activity
    ActivityItem.objects.bulk_create(items, ignore_conflicts=True)
    transaction.on_commit(partial(feed_changed.send_robust, sender=Activity, user_id=actor_id))


def _recent(actor_id: int) -> Any:
    return Activity.objects.filter(actor=actor_id, at__gt=timezone.now() - TOGETHER)
