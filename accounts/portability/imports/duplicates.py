"""Merge the rows of a file that are about the same title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import EntryStatus, ImportRow
from accounts.models.entries import LONGEST_NOTES, MOST_DATES, MOST_TAGS
from accounts.own_entries.works import Works
from accounts.portability.imports.planning import Stored, work_of

Outcome = ImportRow.Outcome


def merge_duplicates(rows: Sequence[ImportRow]) -> None:
    """Merge rows about the same title into the one that changed last, or else the last one; mark the others."""
    groups: defaultdict[tuple[int, bool], list[ImportRow]] = defaultdict(list)
    own: list[list[ImportRow]] = []
    works = Works[list[ImportRow]]()
    for row in rows:
        if row.outcome == Outcome.INVALID or (row.title_id is None and row.is_hidden):
            continue
        if row.title_id is not None:
            groups[row.title_id, row.is_hidden].append(row)
        elif group := works.find(work_of(row)):
            group.append(row)
        else:
            own.append([row])
            works.add(work_of(row), own[-1])
    for group in (*groups.values(), *own):
        if len(group) > 1:
            _merge(sorted(group, key=lambda row: (row.values.get("updated_at", ""), row.number)))


def _merge(group: list[ImportRow]) -> None:
    """Merge the rows, the newest last."""
    newest = group[-1]
    for row in group[:-1]:
        row.outcome = Outcome.DUPLICATE
        row.remark = _joined(row.remark, _("Duplicate of row %(n)s.") % {"n": newest.number})
    newest.values = merged_values([row.values for row in group])
    others = ", ".join(str(row.number) for row in sorted(group[:-1], key=lambda row: row.number))
    ids = {site: value for row in group for site, value in row.about.get("ids", {}).items()}
    newest.about = {**newest.about, "ids": ids} if newest.about else {}
    newest.remark = _joined(newest.remark, _("Merged with row %(n)s.") % {"n": others})


def _joined(*remarks: str) -> str:
    return " ".join(filter(None, remarks))


def merged_values(all_values: Sequence[Stored]) -> Stored:
    """Return one entry's values: the newest ones, without losing dates, episodes, tags and notes of the others."""
    merged: Stored = {name: value for values in all_values for name, value in values.items()}
    for name in ("progress", "rewatches", "volumes"):
        if counts := [values[name] for values in all_values if name in values]:
            merged[name] = max(counts)
    if merged.get("status") == EntryStatus.PLANNED and merged.get("progress"):  # a plan doesn't undo what was watched
        merged["status"] = next(
            (
                values["status"]
                for values in reversed(all_values)
                if values.get("status", "planned") != EntryStatus.PLANNED
            ),
            merged["status"],
        )
    notes = dict.fromkeys(values["notes"] for values in all_values if "notes" in values)
    tags = {tag.casefold(): tag for values in all_values for tag in values.get("tags", [])}
    joined = {"notes": "\n\n".join(notes)[:LONGEST_NOTES], "tags": list(tags.values())[-MOST_TAGS:]}
    return merged | _dates(all_values, merged.get("rewatches", 0)) | {name: v for name, v in joined.items() if v}


def _dates(all_values: Sequence[Stored], rewatches: int) -> Stored:
    """Return the first start and finish dates; later finish dates are those of rewatches."""
    starts = sorted(values["started_on"] for values in all_values if "started_on" in values)
    ends = sorted({values["finished_on"] for values in all_values if "finished_on" in values})
    again = sorted({*ends[1:], *(day for values in all_values for day in values.get("rewatched_on", []))})[:MOST_DATES]
    dates: Stored = {}
    if starts:
        dates["started_on"] = starts[0]
    if ends:
        dates["finished_on"] = ends[0]
    return dates | ({"rewatched_on": again, "rewatches": max(rewatches, len(again))} if again else {})
