"""Write an import into the list, and undo it: one transaction each, safe to run twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.entries import writing as lists
from accounts.models import ImportRow, ListEntry, ListImport, User
from accounts.portability.garbage import without_garbage_collection
from accounts.portability.imports import progress
from accounts.portability.imports.own import undo_own_rows, write_own_rows
from accounts.portability.imports.planning import NOT_PLANNED, Stored, draft, merged, plan, same, stored, times
from accounts.portability.imports.progress import Progress
from accounts.portability.imports.reading import save_plan
from accounts.portability.sections import sections
from accounts.signals import list_imported
from catalog.models import Title
from catalog.models.titles import media_of

State = ListImport.State
Outcome = ImportRow.Outcome
WRITTEN = (Outcome.CREATED, Outcome.UPDATED)
# Of rows without a title, which the member may match or skip before the import is written.
SETTLEABLE = (Outcome.OWN, Outcome.UNMATCHED, Outcome.DISMISSED)


def queue(opened: ListImport) -> bool:
    """Queue a previewed import. Return False if it isn't in the preview state."""
    changed = ListImport.objects.filter(pk=opened.pk, state=State.PREVIEW).update(state=State.QUEUED)
    if changed:
        opened.state = State.QUEUED
    return bool(changed)


def write_import(import_id: int) -> None:
    """Write a queued import in one transaction, so that an interrupted run can simply be repeated."""
    try:
        _write_import(import_id)
    except ValidationError as error:
        message = " ".join(error.messages)
        ListImport.objects.filter(pk=import_id, state=State.QUEUED).update(state=State.FAILED, message=message)
    progress.clear(import_id)


@without_garbage_collection()
def _write_import(import_id: int) -> None:
    with transaction.atomic():
        opened = _locked(import_id, State.QUEUED)
        if opened is None:
            return
        rows = list(opened.rows.exclude(outcome__in=NOT_PLANNED).order_by("number"))
        progress.report(import_id, Progress("write", 0, len(rows)))
        changed = plan(opened.user, rows, opened.rule, keeps_own=opened.keeps_own)
        own = [row for row in rows if row.outcome == Outcome.OWN]
        write_own_rows(opened.user, own)
        save_plan([*own, *(row for row in changed if row.outcome != Outcome.OWN)])
        _write_rows(opened.user, rows)
        restores = {section.name: section.restore for section in sections()}
        opened.extra = {name: restores[name](opened.user, items) for name, items in opened.extra.items()}
        opened.state, opened.finished_at, opened.upload = State.DONE, timezone.now(), None
        opened.save()


def undo_import(opened: ListImport) -> bool:
    """Undo an import, except for entries changed since. Return False if it hasn't been run."""
    with transaction.atomic():
        locked = _locked(opened.pk, State.DONE)
        if locked is None:
            return False
        _undo_rows(locked.user, list(locked.rows.filter(outcome__in=WRITTEN).exclude(title=None)))
        own = list(locked.rows.filter(outcome=Outcome.OWN).select_related("own_entry"))
        undo_own_rows(locked.user, own)
        _save_outcomes(own)
        for section in sections():
            if section.name in locked.extra:
                section.undo(locked.user, locked.extra[section.name])
        locked.state, locked.extra = State.UNDONE, {}
        locked.save(update_fields=["state", "extra"])
    return True


def resolve_row(row: ImportRow, title: Title) -> None:
    """Assign a title to a previewed row that has none."""
    with transaction.atomic():
        opened = ListImport.objects.select_for_update().select_related("user").get(pk=row.list_import_id)
        row.refresh_from_db()
        if row.outcome not in SETTLEABLE or row.title_id or opened.state != State.PREVIEW:
            raise ValidationError(_("Row already resolved."))
        if opened.rows.filter(title=title, outcome__in=WRITTEN, is_hidden=row.is_hidden).exists():
            raise ValidationError(_("Another row of this import already has this title. Choose another one."))
        row.title, row.outcome = title, Outcome.UNMATCHED
        plan(opened.user, [row], opened.rule)
        row.save()


def dismiss_row(row: ImportRow) -> None:
    ImportRow.objects.filter(pk=row.pk, outcome__in=SETTLEABLE, list_import__state=State.PREVIEW).update(
        outcome=Outcome.DISMISSED
    )


def _locked(import_id: int, state: str) -> ListImport | None:
    """Lock an import in this state, and its member's list, until the commit. Return None for another state."""
    opened = ListImport.objects.select_for_update().filter(pk=import_id, state=state).first()
    if opened is not None:
        User.objects.select_for_update().get(pk=opened.user_id)
    return opened


def _write_rows(user: User, rows: Iterable[ImportRow]) -> None:
    effective = [row for row in rows if row.outcome in WRITTEN and row.title_id is not None]
    _show_media_of(user, [row.title_id for row in effective if row.title_id])
    entries = {row.title_id: row for row in effective if not row.is_hidden}
    if entries:
        lists.write_entries(
            user,
            [draft(title_id, merged(row.before, row.values)) for title_id, row in entries.items() if title_id],
            times={title_id: _times(row) for title_id, row in entries.items() if title_id},
        )
        new = [title_id for title_id, row in entries.items() if row.before is None]
        list_imported.send(ListImport, user_id=user.pk, title_ids=new)
    if hidden := [row.title_id for row in effective if row.is_hidden and row.title_id]:
        lists.hide_titles(user, hidden)


def _show_media_of(user: User, title_ids: Sequence[int]) -> None:
    """Switch on the media of these titles: entries that nobody sees would be as good as lost."""
    titles = Title.objects.filter(pk__in=title_ids).exclude(medium__in=media_of(user)).order_by()
    if media := set(titles.values_list("medium", flat=True).distinct()):
        lists.show_media(user, {*user.extra_media, *media})


def _times(row: ImportRow) -> lists.Times:
    """Return the timestamps to write: new entries get the file's creation time, existing ones keep theirs."""
    created, changed = times(row.values)
    return (created if row.before is None else None), changed


def _undo_rows(user: User, rows: list[ImportRow]) -> None:
    current = {
        entry.title_id: stored(entry)
        for entry in ListEntry.objects.filter(user=user, title__in=[row.title_id for row in rows])
    }
    removed: set[int] = set()
    restored: dict[int, Stored] = {}
    unhidden: set[int] = set()
    for row in rows:
        title_id = row.title_id or 0
        now = current.get(title_id)
        row.outcome = Outcome.UNDONE
        if row.is_hidden:
            unhidden.add(title_id)
        elif now is not None and not same(now, merged(row.before, row.values)):
            row.outcome = Outcome.LEFT
        elif row.before is None:
            removed.add(title_id)
        elif now is not None:
            restored[title_id] = row.before
        else:
            row.outcome = Outcome.LEFT  # removed from the list since
    lists.write_entries(
        user,
        [draft(title_id, entry) for title_id, entry in restored.items()],
        remove=removed,
        times={title_id: times(entry) for title_id, entry in restored.items()},
    )
    lists.unhide_titles(user, unhidden)
    _save_outcomes(rows)


def _save_outcomes(rows: Sequence[ImportRow]) -> None:
    for outcome in (Outcome.UNDONE, Outcome.LEFT):
        ImportRow.objects.filter(pk__in=[row.pk for row in rows if row.outcome == outcome]).update(outcome=outcome)
