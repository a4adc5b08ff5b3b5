"""Import list files of a member in the terminal, with the code of the page and the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import ImportRow, ListImport, User
from accounts.portability.formats.rows import PortabilityError
from accounts.portability.imports import queries, reading, writing
from accounts.portability.imports.planning import NOT_PLANNED, merged
from accounts.portability.values.scores import SCALES

Outcome = ImportRow.Outcome
WITH_ENTRY = (Outcome.CREATED, Outcome.UPDATED, Outcome.KEPT, Outcome.UNCHANGED)
SHOWN = (
    "status", "score", "progress", "volumes", "started_on", "finished_on", "rewatches", "rewatched_on", "tags", "notes",
    "visibility",
)  # fmt: skip


class Command(BaseCommand):
    help = "Import list files into a member's list, or show what would be imported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="username")
        parser.add_argument("file", type=Path, nargs="+")
        parser.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file")
        parser.add_argument("--scale", type=int, choices=SCALES, help="highest possible score (default: detected)")

    def handle(
        self, *, name: str, file: list[Path], dry_run: bool, json: bool, scale: int | None, **options: Any
    ) -> None:
        member = User.objects.filter(username=name).first()
        if member is None:
            raise CommandError(f"No member is called {name}.")
        reports = [import_file(member, path, scale, is_dry=dry_run) for path in file]
        for report in reports:
            for line in [_as_json(report)] if json else _lines(report):
                self.stdout.write(line)
        if failed := [report["file"] for report in reports if report["error"]]:
            raise CommandError(f"Not imported: {', '.join(failed)}")


def import_file(member: User, path: Path, scale: int | None, *, is_dry: bool) -> dict[str, Any]:
    """Import a file, or only read it, and return a report of each row. Errors are in the report."""
    try:
        with transaction.atomic():
            opened = reading.open_file(member, path.name, path.read_bytes())
            if opened.state == ListImport.State.COLUMNS:
                opened = reading.read_columns(opened, opened.columns, scale)
            elif scale:
                opened = reading.read_on_scale(opened, scale)
            if not is_dry:
                _write(opened)
            report = report_of(opened)
            transaction.set_rollback(is_dry)
    except (OSError, PortabilityError) as error:
        return {"file": str(path), "error": str(error)}
    return {"file": str(path), "error": "", **report}


def _write(opened: ListImport) -> None:
    writing.queue(opened)
    writing.write_import(opened.pk)
    opened.refresh_from_db()
    if opened.state != ListImport.State.DONE:
        raise PortabilityError(opened.message)


def report_of(opened: ListImport) -> dict[str, Any]:
    """Return what an import says of its file and rows."""
    rows = list(opened.rows.select_related("title").order_by("number"))
    return {
        "format": opened.format,
        "scale": {"out_of": opened.scale, "is_sure": opened.is_scale_sure, "examples": opened.examples},
        "remarks": opened.remarks,
        "counts": {count.outcome: count.n for count in queries.outcome_counts(opened) if count.outcome},
        "hidden_by_settings": queries.hidden_by_settings(opened, opened.user),
        "entries": [_entry(row) for row in rows if row.outcome in WITH_ENTRY and row.title_id],
        "own_entries": [_own_entry(row) for row in rows if _is_own(row)],
        "not_found": [_unwritten(row) for row in rows if row.outcome == Outcome.UNMATCHED],
        "not_imported": [_unwritten(row) for row in rows if row.outcome in NOT_PLANNED],
    }


def _entry(row: ImportRow) -> dict[str, Any]:
    entry = {} if row.is_hidden else merged(row.before, row.values)
    facts = {
        "row": row.number,
        "title_id": row.title_id,
        "title": row.title.name if row.title else "",
        "outcome": str(row.outcome),
        "is_hidden": row.is_hidden,
    }
    times = {"updated_at": row.values.get("updated_at")} if "updated_at" in row.values else {}
    return facts | {name: entry[name] for name in SHOWN if name in entry} | times | {"remark": row.remark}


def _is_own(row: ImportRow) -> bool:
    return row.outcome == Outcome.OWN or (row.outcome in WITH_ENTRY and row.title_id is None)


def _own_entry(row: ImportRow) -> dict[str, Any]:
    about = {"row": row.number, "name": row.name, "outcome": str(row.outcome), "kind": "anime", **row.about}
    entry = merged(row.before, row.values)
    return about | {name: entry[name] for name in SHOWN if name in entry} | {"remark": row.remark}


def _unwritten(row: ImportRow) -> dict[str, Any]:
    return {"row": row.number, "name": row.name, "outcome": str(row.outcome), "remark": row.remark}


def _as_json(report: dict[str, Any]) -> str:
    return json.dumps(report, ensure_ascii=False)


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"\n{report['file']}"
    if report["error"]:
        yield f"  {report['error']}"
        return
    scale = report["scale"]
    examples = ", ".join(f"{written} → {score}" for written, score in scale["examples"])
    counts = ", ".join(f"{n:,} {outcome}" for outcome, n in report["counts"].items())
    yield f"  {report['format']}, scores out of {scale['out_of']}{'' if scale['is_sure'] else ' (a guess)'} {examples}"
    yield f"  {counts}; {report['hidden_by_settings']:,} hidden by the member's settings"
    yield from (f"  {remark}" for remark in report["remarks"])
    for entry in report["entries"]:
        yield _line(entry, f"{entry['title_id']} {entry['title']}", is_hidden=entry["is_hidden"])
    for entry in report["own_entries"]:
        yield _line(entry, f"{entry['name']} ({entry['kind']}, not in the catalogue)")
    for row in (*report["not_found"], *report["not_imported"]):
        yield f"  {row['row']:>5}  {row['name'] or '–'}  [{row['outcome']}] {row['remark']}"


def _line(entry: dict[str, Any], title: str, *, is_hidden: bool = False) -> str:
    names = SHOWN
    values = ", ".join(f"{name} {entry[name]}" for name in names if entry.get(name) and name != "visibility")
    shown = "hidden from recommendations" if is_hidden else values
    return f"  {entry['row']:>5}  {title}: {shown}  [{entry['outcome']}] {entry['remark']}"
