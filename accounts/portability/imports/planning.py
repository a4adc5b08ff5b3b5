"""Plan the effect of each import row on the current list, without writing.

Entries are compared and saved as JSON ("stored"), with all fields of a draft and the two timestamps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.entries.writing import EDITABLE, EntryDraft
from accounts.models import Conflict, EntryStatus, EntryValues, HiddenTitle, ImportRow, ListEntry, OwnEntry, User
from accounts.own_entries.works import Work, Works
from accounts.own_entries.writing import own_works
from accounts.portability.formats.rows import ListRow
from anirec.lib.partial_dates import PartialDate
from catalog.search.keys import search_key

Stored = dict[str, Any]
Outcome = ImportRow.Outcome

TIMES = ("created_at", "updated_at")
DATES = ("started_on", "finished_on")
FIELDS = (*sorted(EDITABLE), *TIMES)
NOT_PLANNED = (Outcome.INVALID, Outcome.DISMISSED, Outcome.DUPLICATE)


def row_values(row: ListRow) -> Stored:
    """Return the non-empty entry values of a row."""
    return {name: _plain(value) for name in FIELDS if (value := getattr(row, name, None))}


def stored(entry: EntryValues) -> Stored:
    """Return all values of an entry."""
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
    if one is None or other is None:
        return False
    return all(one.get(name, blank) == other.get(name, blank) for name, blank in BLANK.items())


def draft(title_id: int, entry: Stored) -> EntryDraft:
    return EntryDraft(title_id=title_id, **entry_fields(entry))


def entry_fields(entry: Stored) -> dict[str, Any]:
    """Return the stored values as a list entry has them."""
    fields: dict[str, Any] = {name: entry.get(name, blank) for name, blank in BLANK.items()}
    fields |= {name: PartialDate.parse(fields[name] or "") for name in DATES}
    return fields | {"rewatched_on": [PartialDate.parse(day) for day in fields["rewatched_on"]]}


def times(entry: Stored) -> tuple[datetime | None, datetime | None]:
    created, changed = (entry.get(name) and datetime.fromisoformat(entry[name]) for name in TIMES)
    return created, changed


# --- Planning --------------------------------------------------------------------------------------------------------


def plan(user: User, rows: Iterable[ImportRow], rule: str, *, keeps_own: bool = True) -> list[ImportRow]:
    """Set `outcome` and `before` of rows for the current list, with three queries. Return the changed rows."""
    planned = [row for row in rows if row.outcome not in NOT_PLANNED]
    title_ids = {row.title_id for row in planned}
    entries = {
        entry.title_id: stored(entry) for entry in ListEntry.objects.filter(user=user, title__in=title_ids - {None})
    }
    hidden = set(HiddenTitle.objects.filter(user=user).values_list("title_id", flat=True))
    own = own_works(user) if None in title_ids else Works[OwnEntry]()
    last = {(row.title_id, row.is_hidden): row.number for row in planned}
    changed = []
    for row in planned:
        previous = (row.outcome, row.before, row.own_entry_id)
        if row.title_id is None:
            _plan_own(row, own, rule, keeps_own)
        else:
            row.own_entry = None
            row.before = None if row.is_hidden else entries.get(row.title_id)
            is_last = last[row.title_id, row.is_hidden] == row.number
            row.outcome = _outcome(row, row.title_id in hidden, rule) if is_last else Outcome.DUPLICATE
        if previous != (row.outcome, row.before, row.own_entry_id):
            changed.append(row)
    return changed


def _outcome(row: ImportRow, is_hidden: bool, rule: str) -> Outcome:
    if row.is_hidden:
        return Outcome.UNCHANGED if is_hidden else Outcome.CREATED
    return outcome_of(row.before, row.values, rule)


def _plan_own(row: ImportRow, own: Works[OwnEntry], rule: str, keeps_own: bool) -> None:
    """Plan a row whose title the catalogue lacks: it becomes an own entry, unless the member leaves such rows out."""
    row.before, row.own_entry = None, None
    if row.is_hidden or not keeps_own:
        row.outcome = Outcome.UNMATCHED
        return
    if entry := own.find(work_of(row)):
        row.before, row.own_entry = stored(entry), entry
    outcome = outcome_of(row.before, row.values, rule)
    row.outcome = Outcome.OWN if outcome in (Outcome.CREATED, Outcome.UPDATED) else outcome


def work_of(row: ImportRow) -> Work:
    """Return the description of a row's title."""
    about = row.about
    return Work(about.get("kind", OwnEntry.Kind.ANIME), search_key(row.name), about.get("ids", {}), about.get("year"))


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
