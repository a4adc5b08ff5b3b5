"""Import rows of other catalogues, with one title per work.

Each row is kept as a record of its source; a title's values are chosen from its records (`composing`). Rows that are
as they were are skipped by their digest, a whole file that is as it was by its own. Each import is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from anirec.lib.database.locks import CATALOGUE_IMPORT, lock_in_transaction
from catalog.franchises.grouping import refresh_franchises
from catalog.importing import files, freshness
from catalog.importing.composing import TitleState
from catalog.importing.identity import Decisions, Identifier, claimed_ids
from catalog.importing.parsers.base import RejectedRow, SourceTitle, UnreadRow
from catalog.importing.parsers.files import FORMATS, offline_database
from catalog.importing.records import Incoming, details_in, names_of, updated
from catalog.importing.relating import RelationWriter
from catalog.importing.scales import refresh_scales
from catalog.importing.writer import CatalogueWriter, confirm_records, load_states, write_records
from catalog.models import ExternalId, SourceRecord
from catalog.search.index import refresh_words
from catalog.titles.external_ids import in_space
from catalog.titles.merging import merge_titles
from catalog.versioning import catalogue_changed

BATCH = 2_000
# Otherwise, PostgreSQL may still plan for empty tables.
ANALYZE = (
    "ANALYZE catalog_title, catalog_titlename, catalog_title_tags, catalog_title_studios, catalog_title_producers,"
    " catalog_externalid, catalog_sourcerecord, catalog_relation, catalog_credit, catalog_stream"
)
LARGE = 500  # changed titles from which on the tables' statistics are renewed
AnyRow = SourceTitle | UnreadRow | RejectedRow
Progress = Callable[[Iterator[Any], str], Iterable[AnyRow]]
UNPARSED: dict[str, Callable[[Path], Iterator[AnyRow]]] = {"offline-database": offline_database.read_unparsed}


@dataclass(frozen=True)
class Rejection:
    origin: str
    row: int
    reason: str

    def __str__(self) -> str:
        return f"{self.origin}, row {self.row}: {self.reason}"


@dataclass
class ImportReport:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    remarks: list[Rejection] = field(default_factory=list)  # on values that were left out of rows

    def __str__(self) -> str:
        counts = f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged"
        return f"{counts}, {len(self.rejected)} rejected" + (f", {self.merged} merged" if self.merged else "")

    @property
    def rows(self) -> int:
        """The number of accepted rows."""
        return self.created + self.updated + self.unchanged


class UnknownFormatError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not a format: choose one of {', '.join((*FORMATS, files.DEAD_ENTRIES))}")


def import_catalogue(
    paths: Iterable[Path],
    format: str,
    progress: Progress = lambda rows, label: rows,
    as_of: datetime | None = None,
) -> ImportReport:
    """Import each file in its own transaction. Raise UnknownFormatError or CatalogueFileError.

    as_of: the date of the files' values, if they don't say it themselves; the time of the import if None.
    """
    if format not in (*FORMATS, files.DEAD_ENTRIES):
        raise UnknownFormatError(format)
    report = ImportReport()
    for path in paths:
        with transaction.atomic():
            lock_in_transaction(CATALOGUE_IMPORT)
            if format == files.DEAD_ENTRIES:
                report.updated += files.retire_dead_entries(path)
            elif former := files.find_unchanged(path, format):
                report.unchanged += former.rows
                report.rejected += [Rejection(path.name, row, reason) for row, reason in former.rejected]
            else:
                _import_file(path, format, report, progress, as_of)
    return report


def _import_file(path: Path, format: str, report: ImportReport, progress: Progress, as_of: datetime | None) -> None:
    own = ImportReport()
    rows = progress((UNPARSED.get(format) or FORMATS[format])(path), path.name)
    RowImport(path.name, own, as_of or files.date_of_file(path, format)).run(rows)
    files.remember(path, format, own.rows, [(one.row, one.reason) for one in own.rejected])
    for name in ("created", "updated", "unchanged", "merged"):
        setattr(report, name, getattr(report, name) + getattr(own, name))
    report.rejected += own.rejected
    report.remarks += own.remarks


def import_rows(
    rows: Iterable[SourceTitle | RejectedRow | UnreadRow],
    label: str,
    report: ImportReport | None = None,
    as_of: datetime | None = None,
) -> ImportReport:
    """Import rows of one source in one transaction. Raise UnknownSourceError for a source without a precedence.

    label: names their origin in the report, such as a file's name. as_of: the date of their values, now if None.
    """
    report = report or ImportReport()
    with transaction.atomic():
        RowImport(label, report, as_of or timezone.now()).run(rows)
    return report


class RowImport:
    """Import of one origin's rows, such as a file's."""

    def __init__(self, label: str, report: ImportReport, as_of: datetime | None) -> None:
        self.label = label
        self.report = report
        self.as_of = as_of
        self.now = timezone.now()
        self.writer = CatalogueWriter()
        self.identifier = Identifier()
        self.undecided: list[Incoming] = []
        self.rows_of_ids: dict[tuple[str, str], int] = {}
        self.rows_of_titles: dict[int, int] = {}

    def run(self, rows: Iterable[AnyRow]) -> None:
        lock_in_transaction(CATALOGUE_IMPORT)  # two imports would create the same titles
        self.relations = RelationWriter()
        accepted = self.accepted(rows)
        while batch := list(islice(accepted, BATCH)):
            self.write(batch)
        if self.undecided:
            self.write(self.undecided, is_last=True)
        related = self.relations.write(self.now)
        self.writer.changes_franchises |= bool(related)
        self.writer.changed |= related
        self.recompose(freshness.overdue_titles(self.now))
        self.refresh()

    def refresh(self) -> None:
        """Bring up to date what is derived from the changed titles."""
        changed = self.writer.changed
        if not changed:
            return
        if self.writer.renamed:
            refresh_words(self.writer.renamed)
        refresh_scales(changed)
        if self.writer.changes_franchises:
            refresh_franchises()
        if len(changed) >= LARGE:
            with connection.cursor() as cursor:
                cursor.execute(ANALYZE)
        catalogue_changed()

    def accepted(self, rows: Iterable[AnyRow]) -> Iterator[Incoming]:
        """Yield valid rows, without those that repeat an earlier row's id."""
        for row in rows:
            if isinstance(row, RejectedRow):
                self.reject(row.row, row.reason)
            elif duplicate := next((key for key in row.external_ids.items() if key in self.rows_of_ids), None):
                provider, value = duplicate
                self.reject(row.row, f"its {provider} id {value} is that of row {self.rows_of_ids[duplicate]}")
            else:
                self.rows_of_ids |= dict.fromkeys(row.external_ids.items(), row.row)
                yield Incoming.of(row)

    def parsed(self, rows: Iterable[Incoming]) -> Iterator[Incoming]:
        """Yield the rows that can be parsed."""
        for one in rows:
            try:
                _ = one.row
            except ValueError as error:
                self.reject(one.number, str(error))
            else:
                self.report.remarks += [Rejection(self.label, one.number, remark) for remark in one.remarks]
                yield one

    def reject(self, row: int, reason: str) -> None:
        self.report.rejected.append(Rejection(self.label, row, reason))

    def write(self, rows: list[Incoming], *, is_last: bool = False) -> None:
        stored = stored_records(rows)
        self.identifier.keys_seen |= {one.id for one in rows}
        unchanged = [one for one in rows if one.id in stored and stored[one.id][1] == one.digest]
        self.confirm(unchanged, stored)
        skipped = {one.number for one in unchanged}
        changed = list(self.parsed(one for one in rows if one.number not in skipped))
        if changed:
            known = {key: title_id for key, (title_id, _) in stored.items()}
            decisions = self.identifier.identify(changed, known, self.rows_of_titles, is_last=is_last)
            self.undecided += decisions.undecided
            self.merge(decisions)
            self.write_changed(changed, decisions)
            self.recompose({known[one.id] for one in changed if one.id in known} - set(decisions.titles.values()))

    def confirm(self, rows: list[Incoming], stored: dict[tuple[str, str], tuple[int, bytes]]) -> None:
        self.report.unchanged += len(rows)
        self.rows_of_titles |= {stored[one.id][0]: one.number for one in rows}
        aged = freshness.titles_that_age([one.id for one in rows], self.as_of) if rows else set()
        confirm_records(rows, self.as_of, self.now)
        self.recompose(aged)

    def merge(self, decisions: Decisions) -> None:
        for kept, dropped in decisions.joined:
            merge_titles(kept, dropped)
            self.report.merged += 1
            decisions.titles |= {row: kept for row, title_id in decisions.titles.items() if title_id == dropped}
            decisions.owners |= {pair: kept for pair, title_id in decisions.owners.items() if title_id == dropped}
            self.writer.changed.add(kept)
            self.writer.renamed.add(kept)
            self.writer.changes_franchises = True

    def write_changed(self, rows: list[Incoming], decisions: Decisions) -> None:
        waiting = {one.number for one in decisions.undecided}
        writable = [
            one for one in rows if one.number not in waiting and self.is_writable(one, decisions.titles.get(one.number))
        ]
        moving = claimed_ids(writable, decisions)
        ExternalId.objects.filter(pk__in=[pk for pk, pair in _ids_at(moving) if pair in moving]).delete()
        owned = decisions.owners.keys() - moving.keys()
        loaded = load_states({title_id for one in writable if (title_id := decisions.titles.get(one.number))})
        pairs = [
            (one, loaded[title_id] if (title_id := decisions.titles.get(one.number)) else TitleState.new())
            for one in writable
        ]
        merged = [(one, state, *self.apply(one, state, decisions)) for one, state in pairs]
        self.writer.prepare(record for _, state in pairs for record in state.records)
        for _, state, record, names, ids in merged:
            state.take_ids(ids, record, owned)
            state.compose(names, self.writer, self.now)
        self.count(state for _, state in pairs)
        self.writer.write((state for _, state in pairs), self.now)
        self.write_records(merged, decisions)

    def apply(
        self, one: Incoming, state: TitleState, decisions: Decisions
    ) -> tuple[SourceRecord, list[str], dict[str, str]]:
        """Bring the title's record of the row up to date. Return it, and the names and ids that it had before."""
        former = {one.key, *decisions.replaced.get(one.number, ())}
        records = [record for record in state.records if record.source == one.source and record.key in former]
        names = [name for record in records for name in names_of(record.data)]
        ids = {provider: value for record in records for provider, value in record.data["ids"].items()}
        state.records = [record for record in state.records if record not in records]
        record = records[-1] if records else SourceRecord(source=one.source, data={}, dates={}, as_of=self.as_of)
        record.key, details = one.key, details_in(record)
        updated(record, one, self.as_of, self.now)
        state.has_new_details |= details_in(record) != details
        state.records.append(record)
        return record, names, ids

    def write_records(
        self, merged: list[tuple[Incoming, TitleState, SourceRecord, list[str], dict[str, str]]], decisions: Decisions
    ) -> None:
        outdated = [(one.source, key) for one, *_ in merged for key in decisions.replaced.get(one.number, ())]
        for source in {source for source, _ in outdated}:
            SourceRecord.objects.filter(source=source, key__in=[key for one, key in outdated if one == source]).delete()
        for one, state, record, *_ in merged:
            record.title_id = state.title.pk
            self.rows_of_titles[state.title.pk] = one.number
        write_records((record, state.is_new) for _, state, record, *_ in merged)
        self.relations.add((state.title.pk, one.row.relations) for one, state, *_ in merged)
        self.relations.add_ids(pair for _, state, *_ in merged for pair in state.new_ids)

    def count(self, states: Iterable[TitleState]) -> None:
        for state in states:
            self.report.created += state.is_new
            self.report.updated += state.is_changed and not state.is_new
            self.report.unchanged += not state.is_changed

    def recompose(self, title_ids: Iterable[int]) -> None:
        """Compose titles again whose records have not changed, but aged."""
        states = load_states(set(title_ids))
        if not states:
            return
        self.writer.prepare(record for state in states.values() for record in state.records)
        for state in states.values():
            state.compose((), self.writer, self.now)
        self.writer.write(states.values(), self.now)

    def is_writable(self, one: Incoming, title_id: int | None) -> bool:
        row = one.row
        if title_id is None and row.name is None:
            ids = ", ".join(f"{provider} id {value}" for provider, value in row.external_ids.items())
            self.reject(row.row, f"no title has the {ids}")
            return False
        if title_id in self.rows_of_titles:
            self.reject(row.row, f"it is the same title as row {self.rows_of_titles[title_id]}")
            return False
        if title_id is not None:
            self.rows_of_titles[title_id] = row.row
        return True


def _ids_at(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[int, tuple[str, str]]]:
    wanted = list(pairs)
    if not wanted:
        return []
    found = ExternalId.objects.filter(value__in=[value for _, value in wanted])
    rows = found.values_list("pk", "provider", "medium", "value")
    return [(pk, (in_space(provider, medium), value)) for pk, provider, medium, value in rows]


def stored_records(rows: list[Incoming]) -> dict[tuple[str, str], tuple[int, bytes]]:
    """Map the (source, key) of rows that were imported before to their title's id and their digest."""
    found = SourceRecord.objects.filter(source__in={one.source for one in rows}, key__in=[one.key for one in rows])
    return {
        (source, key): (title_id, bytes(digest))
        for source, key, title_id, digest in found.values_list("source", "key", "title_id", "digest")
    }
