"""Rows whose titles the catalogue lacks become the member's own entries, and go with the import when it is undone."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from accounts.entries.writing import Times
from accounts.models import ImportRow, OwnEntry, User
from accounts.own_entries.writing import remove_entries, write_entries
from accounts.portability.imports.planning import Stored, entry_fields, merged, same, stored, times

Outcome = ImportRow.Outcome


def write_own_rows(user: User, rows: Sequence[ImportRow]) -> None:
    """Save the entries of these rows, and set them in the rows, which the caller saves."""
    for row in rows:
        row.own_entry = _changed(row.own_entry or OwnEntry(user=user, name=row.name, **row.about), row)
    write_entries(user, [row.own_entry for row in rows if row.own_entry])
    for row in rows:
        row.own_entry = row.own_entry  # its ID is known now


def _changed(entry: OwnEntry, row: ImportRow) -> OwnEntry:
    entry.ids = {**entry.ids, **row.about.get("ids", {})}
    for name in ("year", "format", "parts"):
        setattr(entry, name, getattr(entry, name) or row.about.get(name, getattr(entry, name)))
    return _with_values(entry, merged(row.before, row.values), times(row.values))


def _with_values(entry: OwnEntry, values: Stored, moments: Times) -> OwnEntry:
    for name, value in entry_fields(values).items():
        setattr(entry, name, value)
    created, changed = moments
    is_new = entry._state.adding
    entry.created_at = created if is_new and created else entry.created_at
    entry.updated_at = changed or (entry.updated_at if is_new else timezone.now())
    return entry


def undo_own_rows(user: User, rows: Sequence[ImportRow]) -> None:
    """Remove or restore the entries of these rows, but for those changed since, and set the rows' outcomes."""
    removed, restored = list[int](), list[OwnEntry]()
    for row in rows:
        entry = row.own_entry
        is_left = entry is None or not same(stored(entry), merged(row.before, row.values))
        row.outcome = Outcome.LEFT if is_left else Outcome.UNDONE
        if entry is None or is_left:
            continue
        if row.before is None:
            removed.append(entry.pk)
        else:
            restored.append(_with_values(entry, row.before, times(row.before)))
    write_entries(user, restored)
    remove_entries(user, removed)
