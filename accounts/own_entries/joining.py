"""Move own entries to titles that the catalogue has meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.core.cache import cache
from django.db import transaction

from accounts.models import ListEntry, OwnEntry, User
from accounts.own_entries.matching import titles_of
from accounts.own_entries.writing import adopt
from accounts.signals import own_entries_found
from anirec.lib.database.locks import try_lock
from catalog.models.titles import Medium
from catalog.versioning import catalogue_version

SEEN = "own_entries:seen"  # in the cache: the catalogue's version and the newest own entry that were compared
CHUNK = 2_000


def join_found() -> int:
    """Move all own entries that the catalogue has to their titles. Return how many moved.

    Unless the catalogue has changed, only entries since the last run are compared. Safe to run twice, and beside
    another worker.
    """
    with try_lock("own entries") as is_mine:
        return _join_found() if is_mine else 0


def _join_found() -> int:
    version = catalogue_version()
    seen_version, seen_pk = cache.get(SEEN) or ("", 0)
    known = OwnEntry.objects.filter(kind__in=Medium.values)
    last = known.order_by("-pk").values_list("pk", flat=True).first() or 0
    if (version, last) == (seen_version, seen_pk):
        return 0
    entries = known.filter(pk__gt=seen_pk) if version == seen_version else known
    rows = entries.filter(pk__lte=last).select_related("user").order_by("user_id", "pk").iterator(chunk_size=CHUNK)
    n = sum(_join(user, list(some)) for user, some in groupby(rows, key=lambda entry: entry.user))
    cache.set(SEEN, (version, last), timeout=None)
    return n


def join_own(user: User) -> int:
    """Move a member's own entries to their titles, such as after they switched a medium on. Return how many moved."""
    return _join(user, list(OwnEntry.objects.filter(user=user, kind__in=Medium.values).order_by("pk")))


def _join(user: User, entries: Sequence[OwnEntry]) -> int:
    matches = titles_of(entries, user)
    if not matches:
        return 0
    with transaction.atomic():
        title_ids = adopt(user, [(title_id, entries[number]) for number, title_id in matches.items()])
        if title_ids:
            found = list(ListEntry.objects.filter(user=user, title__in=title_ids))
            own_entries_found.send(OwnEntry, user_id=user.pk, entries=found)
    return len(title_ids)
