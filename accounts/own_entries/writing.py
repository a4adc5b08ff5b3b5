"""The only module that changes members' own entries: titles that the catalogue lacks.

Every function runs in one transaction under the member's lock. Invalid values raise Django's ValidationError, by field.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.entries import writing as lists
from accounts.entries.effects import set_dates, settle
from accounts.entries.saving import insert_many
from accounts.entries.validation import validate, validate_changes
from accounts.models import OwnEntry, User
from accounts.own_entries.matching import titles_of
from accounts.own_entries.works import Work, Works
from catalog.models import Title

EDITABLE = lists.EDITABLE | {"name", "kind", "ids", "year", "format", "parts", "volumes"}
MOST = 30_000  # own entries of a member
STORED = (*sorted(EDITABLE), "key", "updated_at")


def add_entry(user: User, **fields: Any) -> OwnEntry:
    """Add a title that the catalogue lacks. Raise ValidationError if it has it, or if the member has added it."""
    with transaction.atomic():
        user.lock()
        _require_room(user, 1)
        entry = _changed(OwnEntry(user=user), fields)
        _require_new(entry)
        entry.save()
    return entry


def update_entry(entry: OwnEntry, **fields: Any) -> OwnEntry:
    """Change the given fields, with the side effects that they have on a list entry. Return the entry."""
    with transaction.atomic():
        entry.user.lock()
        entry.refresh_from_db()
        changed = _changed(entry, fields)
        if Work.of(changed) != Work.of(entry):
            _require_new(changed)
        changed.updated_at = timezone.now()
        changed.save()
    return changed


def remove_entry(entry: OwnEntry) -> None:
    remove_entries(entry.user, [entry.pk])


def remove_entries(user: User, pks: Collection[int]) -> None:
    with transaction.atomic():
        user.lock()
        OwnEntry.objects.filter(user=user, pk__in=pks).delete()


def write_entries(user: User, entries: Sequence[OwnEntry]) -> None:
    """Save new and changed entries as they are, with their times, in a constant number of queries."""
    now = timezone.now()
    for number, entry in enumerate(entries, 1):
        entry.created_at, entry.updated_at = min(entry.created_at, now), min(entry.updated_at, now)
        validate(entry, where=f"Own entry {number} ({entry.name}): ")
    with transaction.atomic():
        user.lock()
        new = [entry for entry in entries if entry.pk is None]
        _require_room(user, len(new))
        changed = [entry for entry in entries if entry.pk is not None]
        insert_many(new)
        OwnEntry.objects.bulk_create(
            changed, batch_size=2_000, update_conflicts=True, unique_fields=["pk"], update_fields=STORED
        )


def link_entry(entry: OwnEntry, title: Title) -> int:
    """Move the entry, and those of the same name and kind, to the title. Return how many they were."""
    with transaction.atomic():
        entry.user.lock()
        same = OwnEntry.objects.filter(user=entry.user_id, kind=entry.kind, key=entry.key).order_by("pk")
        return len(adopt(entry.user, [(title.pk, one) for one in same]))


def adopt(user: User, found: Iterable[tuple[int, OwnEntry]]) -> list[int]:
    """Move own entries to titles of the catalogue, if they still exist. Return the titles."""
    with transaction.atomic():
        user.lock()
        pairs = {own.pk: title_id for title_id, own in found}
        current = OwnEntry.objects.filter(user=user, pk__in=pairs).order_by("pk")
        moved = [(pairs[own.pk], own) for own in current]
        if moved:
            lists.adopt_entries(user, moved)
            current.delete()
    return [title_id for title_id, _own in moved]


def own_works(user: User) -> Works[OwnEntry]:
    """Return a member's own entries by the title that they are about."""
    return Works((Work.of(entry), entry) for entry in OwnEntry.objects.filter(user=user).order_by("pk"))


def _changed(entry: OwnEntry, fields: dict[str, Any]) -> OwnEntry:
    """Return a copy of the entry with the given fields and their side effects."""
    if unknown := fields.keys() - EDITABLE:
        raise ValidationError(dict.fromkeys(unknown, "An own entry has no such field."))
    changed = copy(entry)
    for name, value in fields.items():
        setattr(changed, name, lists.BLANK[name] if name in lists.BLANK and value in (None, "") else value)
    validate_changes(changed, entry, changed.parts)
    settle(changed, entry, changed.parts, fields.keys())
    if entry.user.sets_dates and not entry._state.adding:
        set_dates(changed, entry, fields.keys(), lists.today_of(entry.user))
    return changed


def _require_new(entry: OwnEntry) -> None:
    clues = reduce(or_, (Q(ids__contains={site: value}) for site, value in entry.ids.items()), Q(key=entry.key))
    others = OwnEntry.objects.filter(clues, user=entry.user_id, kind=entry.kind).exclude(pk=entry.pk)
    if any(Work.of(entry).is_same(Work.of(other)) for other in others):
        message = gettext("You’ve already added “%(name)s”. Edit that entry instead.")
        raise ValidationError({"name": message % {"name": entry.name}})
    for title_id in titles_of([entry], entry.user).values():
        title = Title.objects.get(pk=title_id)
        message = gettext("The catalogue has this title: “%(name)s” (%(url)s). Add it to your list there.")
        raise ValidationError({"name": message % {"name": title.name, "url": title.get_absolute_url()}})


def _require_room(user: User, n: int) -> None:
    if n and OwnEntry.objects.filter(user=user).count() + n > MOST:
        message = gettext("You can have up to %(n)s titles that the catalogue lacks. Remove some first.")
        raise ValidationError({"name": message % {"n": f"{MOST:,}"}})
