"""Read a file, or an account on another site, into import rows: matched and planned, but not written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.entries.saving import insert_many
from accounts.entries.validation import NOT_CHECKED, VALUES
from accounts.models import Conflict, EntryStatus, ImportRow, ListEntry, ListImport, User
from accounts.models.own_entries import MAX_NAME
from accounts.portability.formats.detection import ListFormat, Parsed, detect, look_at_table, read_list
from accounts.portability.formats.rows import MAX_UPLOAD, InvalidRow, ListRow, PortabilityError
from accounts.portability.garbage import without_garbage_collection
from accounts.portability.imports import progress
from accounts.portability.imports.duplicates import merge_duplicates
from accounts.portability.imports.matching import match_titles
from accounts.portability.imports.planning import Stored, draft, merged, plan, row_values
from accounts.portability.imports.progress import Progress
from accounts.portability.remote.sites import fetch_list
from accounts.portability.sections import sections
from catalog.models import Title
from catalog.models.titles import Format, Medium, media_of

State = ListImport.State
Outcome = ImportRow.Outcome
OF_TITLE = ("medium", "episodes", "chapters", "season_year", "started_on")
UNWRITTEN = (State.COLUMNS, State.FETCHING, State.PREVIEW, State.FAILED)


def open_file(user: User, name: str, data: bytes) -> ListImport:
    """Read an uploaded file, up to the preview or, for a CSV, the choice of columns. Raises PortabilityError.

    Replaces the member's imports that haven't been run.
    """
    if len(data) > MAX_UPLOAD:
        raise PortabilityError(
            _("The file is too large for an anime list. The limit is %(most)s MB.") % {"most": MAX_UPLOAD // 1_000_000}
        )
    format = detect(data)
    opened = ListImport(user=user, name=_clean(name), format=format, state=State.PREVIEW)
    if format != ListFormat.CSV:
        opened.upload = data  # to be read again on another scale
        return _save(opened, _parsed(data, format))
    table = look_at_table(data)
    if table.is_own:
        return _save(opened, _parsed(data, format))
    opened.columns, opened.scale, opened.is_scale_sure = table.columns, table.scale.out_of, table.scale.is_sure
    opened.state, opened.upload = State.COLUMNS, data
    with transaction.atomic():
        _discard_unwritten(user)
        opened.save()
    return opened


def read_columns(opened: ListImport, columns: Mapping[str, int], scale: int | None = None) -> ListImport:
    """Read a CSV file with these columns. scale: None to detect it. Raises PortabilityError."""
    parsed = read_list(bytes(opened.upload or b""), opened.format, columns=columns, scale=scale)
    opened.columns, opened.state = dict(columns), State.PREVIEW
    return _save(opened, _require_rows(parsed))


def read_on_scale(opened: ListImport, scale: int) -> ListImport:
    """Read a previewed file again, with scores out of `scale`. Raises PortabilityError."""
    extra = [section.name for section in sections()]
    data = bytes(opened.upload or b"")
    return _save(
        opened, _require_rows(read_list(data, opened.format, columns=opened.columns, scale=scale, extra=extra))
    )


def start_fetch(user: User, format: str, account: str) -> ListImport:
    """Create an import that waits for `fetch`."""
    with transaction.atomic():
        _discard_unwritten(user)
        return ListImport.objects.create(user=user, name=_clean(account), format=format, state=State.FETCHING)


def fetch(import_id: int) -> None:
    """Fetch the list from the other site. Errors are saved as the import's message. Safe to run twice."""
    opened = ListImport.objects.select_related("user").filter(pk=import_id, state=State.FETCHING).first()
    if opened is None:
        return
    progress.report(import_id, Progress("fetch"))
    try:
        data = fetch_list(opened.format, opened.name, lambda n: progress.report(import_id, Progress("fetch", n)))
        progress.report(import_id, Progress("match"))
        parsed = _parsed(data, opened.format)
    except PortabilityError as error:
        ListImport.objects.filter(pk=import_id, state=State.FETCHING).update(state=State.FAILED, message=str(error))
        return
    finally:
        progress.clear(import_id)
    with transaction.atomic():
        if ListImport.objects.select_for_update().filter(pk=import_id, state=State.FETCHING).exists():
            opened.state = State.PREVIEW
            _save(opened, parsed)


def replan(opened: ListImport, rule: str = "", *, keeps_own: bool | None = None) -> None:
    """Plan the rows again for the current list, with another rule or with another choice about own entries."""
    with transaction.atomic():
        opened.rule = rule or opened.rule
        opened.keeps_own = opened.keeps_own if keeps_own is None else keeps_own
        opened.save(update_fields=["rule", "keeps_own"])
        save_plan(plan(opened.user, opened.rows.all(), opened.rule, keeps_own=opened.keeps_own))


def save_plan(changed: list[ImportRow]) -> None:
    """Save changed outcomes in one statement, because `bulk_update` takes a second for 1,500 rows."""
    if not changed:
        return
    befores = [row.before and json.dumps(row.before) for row in changed]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE accounts_importrow target
            SET outcome = planned.outcome, before = planned.before::jsonb, own_entry_id = planned.own_entry
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS planned (id, outcome, before, own_entry)
            WHERE target.id = planned.id
            """,
            [
                [row.pk for row in changed],
                [str(row.outcome) for row in changed],
                befores,
                [row.own_entry_id for row in changed],
            ],
        )


def has_times(opened: ListImport) -> bool:
    """Return whether any row has a change date, which the "newer" rule needs."""
    return opened.rows.filter(values__has_key="updated_at").exists()


def _parsed(data: bytes, format: str) -> Parsed:
    return _require_rows(read_list(data, format, extra=[section.name for section in sections()]))


def _require_rows(parsed: Parsed) -> Parsed:
    if not parsed.rows and not any(parsed.extra.values()):
        raise PortabilityError(_("The list is empty. Choose another file or account."))
    return parsed


@without_garbage_collection()
@transaction.atomic
def _save(opened: ListImport, parsed: Parsed) -> ListImport:
    _discard_unwritten(opened.user, but=opened)
    valid = [row for row in parsed.rows if isinstance(row, ListRow)]
    matches = match_titles(valid, opened.user)
    titles = Title.objects.only(*OF_TITLE).order_by().in_bulk(set(matches.values()))
    rows = [_import_row(row, titles.get(matches.get(row.row, 0))) for row in parsed.rows]
    merge_duplicates(rows)
    is_dated = any("updated_at" in row.values for row in rows)
    opened.rule = Conflict.NEWER if is_dated else Conflict.THEIRS
    opened.extra, opened.examples = parsed.extra, parsed.examples
    opened.remarks = [*parsed.remarks, *_switched_on(titles.values(), opened.user)]
    opened.scale, opened.is_scale_sure = parsed.conventions.scale.out_of, parsed.conventions.scale.is_sure
    opened.save()
    plan(opened.user, rows, opened.rule, keeps_own=opened.keeps_own)
    opened.rows.all().delete()
    for row in rows:
        row.list_import = opened
    insert_many(rows)
    return opened


def _switched_on(titles: Iterable[Title], user: User) -> Iterator[str]:
    """Yield a remark if some titles are of media that the member doesn't show yet."""
    media = {title.medium for title in titles} - set(media_of(user))
    if media:
        names = ", ".join(str(label) for value, label in Medium.choices if value in media)
        text = _("The list has titles of a kind that you don’t show yet (%(kinds)s). Importing it shows them.")
        yield text % {"kinds": names}


def _import_row(row: ListRow | InvalidRow, title: Title | None) -> ImportRow:
    if isinstance(row, InvalidRow):
        return ImportRow(number=row.row, name=row.name, outcome=Outcome.INVALID, remark=row.reason)
    values = {} if row.is_hidden else _entry_values(row, title)
    if reason := _rejection(values):
        return ImportRow(number=row.row, name=row.name, outcome=Outcome.INVALID, remark=reason)
    facts = (row.year, Format(row.format).name.replace("_", " ") if row.format else "")
    return ImportRow(
        number=row.row,
        name=row.name or ", ".join(f"{provider} {value}" for provider, value in row.ids.items())[:MAX_NAME],
        hint=", ".join(str(fact) for fact in facts if fact),
        is_hidden=row.is_hidden,
        title=title,
        about={} if title else _about(row),
        values=values,
        remark=" ".join(filter(None, (row.remark, _other_year(row, title)))),
    )


def _about(row: ListRow) -> dict[str, Any]:
    """Return what the file says of a title that the catalogue lacks."""
    facts = {"kind": str(row.kind), "ids": dict(row.ids), "year": row.year, "format": row.format, "parts": row.parts}
    return {name: value for name, value in facts.items() if value}


def _entry_values(row: ListRow, title: Title | None) -> Stored:
    """Return the row's values, with what follows from the title's number of episodes or chapters."""
    values = row_values(row)
    parts = (title.parts if title else row.parts) or 0
    if row.is_exact:
        return values
    if values.get("status") == EntryStatus.COMPLETED and "progress" not in values and parts:
        values["progress"] = parts
    if "status" not in values and parts and row.progress:
        values["likely_status"] = str(EntryStatus.COMPLETED if row.progress >= parts else EntryStatus.WATCHING)
    return values


def _other_year(row: ListRow, title: Title | None) -> str:
    """Return a remark if a title that was found by its name is of another year."""
    if title is None or row.ids or not row.year or not title.year or abs(row.year - title.year) <= 1:
        return ""
    return _("The year differs: %(file)s in the file, %(title)s here.") % {"file": row.year, "title": title.year}


def _rejection(values: Stored) -> str:
    """Return why the list would reject the entry, or "" if it is valid."""
    entry = ListEntry(**vars(draft(0, merged(None, values))))
    try:
        entry.clean_fields(exclude=NOT_CHECKED.union(VALUES) - values.keys())  # blank values are valid
        entry.clean()
    except ValidationError as error:
        return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
    return ""


def _discard_unwritten(user: User, but: ListImport | None = None) -> None:
    """Delete a member's unwritten imports, inside a transaction. Simultaneous imports wait for the member's lock."""
    user.lock()
    begun = ListImport.objects.filter(user=user, state__in=UNWRITTEN)
    (begun.exclude(pk=but.pk) if but and but.pk else begun).delete()


def _clean(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable()).strip()[:200]
