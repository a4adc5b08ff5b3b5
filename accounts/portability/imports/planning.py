"""Plan the effect of each import row on the current list, without writing.

Entries are compared and saved as JSON ("stored"), with all fields of a draft and the two timestamps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.entries.writing import EDITABLE, EntryDraft
from accounts.models import Conflict, EntryStatus, HiddenTitle, ImportRow, ListEntry, User
from accounts.portability.formats.rows import ListRow
from anirec.lib.partial_dates import PartialDate

Stored = dict[str, Any]
Outcome = ImportRow.Outcome

TIMES = ("created_at", "updated_at")
DATES = ("started_on", "finished_on")
FIELDS = (*sorted(EDITABLE), *TIMES)
NOT_PLANNED = (Outcome.INVALID, Outcome.DISMISSED, Outcome.DUPLICATE)


def row_values(row: ListRow) -> Stored:
    """Return the non-empty entry values of a row."""
    return {name: _plain(value) for name in FIELDS if (value := getattr(row, name, None))}


def stored(entry: ListEntry) -> Stored:
    fields = {name: _plain(getattr(entry, name)) for name in FIELDS}
    return {**fields, **{name: fields[name] or None for name in DATES}}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, PartialDate):
        return str(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


BLANK: Stored = {name: value for name, value in stored(ListEntry()).items() if name not in TIMES}


def merged(before: Stored | None, values: Stored) -> Stored:
    """Return the entry after the import: values missing from the row are kept, or blank in a new entry."""
    after = {**BLANK, **(before or {}), **{name: values[name] for name in BLANK.keys() & values.keys()}}
    if before is None and "status" not in values:
        after["status"] = str(_likely_status(values))
    return after


def _likely_status(values: Stored) -> EntryStatus:
    if "likely_status" in values:  # from the title's number of episodes, which was known when the file was read
        return EntryStatus(values["likely_status"])
    if values.get("score"):
        return EntryStatus.COMPLETED
    return EntryStatus.WATCHING if values.get("progress") else EntryStatus.PLANNED


def same(one: Stored | None, other: Stored | None) -> bool:
    """Return whether two entries are equal, ignoring their timestamps."""
    return one is not None and other is not None and all(one.get(name) == other.get(name) for name in BLANK)


def draft(title_id: int, entry: Stored) -> EntryDraft:
    fields: dict[str, Any] = {name: entry.get(name, blank) for name, blank in BLANK.items()}
    fields |= {name: PartialDate.parse(fields[name] or "") for name in DATES}
    fields["rewatched_on"] = [PartialDate.parse(day) for day in fields["rewatched_on"]]
    return EntryDraft(title_id=title_id, **fields)


def times(entry: Stored) -> tuple[datetime | None, datetime | None]:
    created, changed = (entry.get(name) and datetime.fromisoformat(entry[name]) for name in TIMES)
    return created, changed


# --- Planning --------------------------------------------------------------------------------------------------------


def plan(user: User, rows: Iterable[ImportRow], rule: str) -> list[ImportRow]:
    """Set `outcome` and `before` of rows for the current list, with two queries. Return the changed rows."""
    planned = [row for row in rows if row.outcome not in NOT_PLANNED]
    title_ids = {row.title_id for row in planned}
    entries = {
        entry.title_id: stored(entry) for entry in ListEntry.objects.filter(user=user, title__in=title_ids - {None})
    }
    hidden = set(HiddenTitle.objects.filter(user=user).values_list("title_id", flat=True))
    last = {(row.title_id, row.is_hidden): row.number for row in planned}
    changed = []
    for row in planned:
        previous = (row.outcome, row.before)
        row.before = None if row.is_hidden or row.title_id is None else entries.get(row.title_id)
        if row.title_id is None:
            row.outcome = Outcome.UNMATCHED
        elif last[row.title_id, row.is_hidden] != row.number:
            row.outcome = Outcome.DUPLICATE
        elif row.is_hidden:
            row.outcome = Outcome.UNCHANGED if row.title_id in hidden else Outcome.CREATED
        else:
            row.outcome = outcome_of(row.before, row.values, rule)
        if previous != (row.outcome, row.before):
            changed.append(row)
    return changed


def outcome_of(before: Stored | None, values: Stored, rule: str) -> Outcome:
    if before is None:
        return Outcome.CREATED
    if same(before, merged(before, values)):
        return Outcome.UNCHANGED
    return Outcome.UPDATED if _file_wins(before, values, rule) else Outcome.KEPT


def _file_wins(before: Stored, values: Stored, rule: str) -> bool:
    if rule == Conflict.NEWER:
        changed = times(values)[1]
        return changed is not None and changed > datetime.fromisoformat(before["updated_at"])
    if rule == Conflict.HIGHER:
        return (values.get("score") or 0) > (before["score"] or 0)
    return rule == Conflict.THEIRS
