"""Import catalogue files, with one title per work: match each row to a title, merge, and write in batches.

A row matches the title with its MAL id, else with another of its ids, else the only one with its name, year and format
(unless their ids contradict). Unmatched rows become new titles. Each file is imported in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import connection, transaction

from anirec.lib.locks import CATALOGUE_IMPORT, lock_in_transaction
from catalog.franchises.grouping import refresh_franchises
from catalog.importing.parsers.base import RejectedRow, SourceTitle
from catalog.importing.parsers.files import FORMATS
from catalog.importing.writer import CatalogueWriter, Record, load_records
from catalog.models import Title
from catalog.search.index import refresh_lexemes, refresh_vocabulary
from catalog.titles.matching import Sought, match_ids, match_names, owners_of
from catalog.versioning import catalogue_changed

BATCH = 2_000
# Otherwise, PostgreSQL may still plan for empty tables.
ANALYZE = "ANALYZE catalog_title, catalog_titlename, catalog_title_tags, catalog_title_studios, catalog_externalid"
Progress = Callable[[Iterator[SourceTitle | RejectedRow], str], Iterable[SourceTitle | RejectedRow]]


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
    rejected: list[Rejection] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged, {len(self.rejected)} rejected"
        )


class UnknownFormatError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not a format: choose one of {', '.join(FORMATS)}")


def import_catalogue(paths: Iterable[Path], format: str, progress: Progress = lambda rows, label: rows) -> ImportReport:
    """Import each file in its own transaction. Raise UnknownFormatError or CatalogueFileError."""
    if format not in FORMATS:
        raise UnknownFormatError(format)
    report = ImportReport()
    for path in paths:
        import_rows(progress(FORMATS[format](path), path.name), path.name, report)
    return report


def import_rows(
    rows: Iterable[SourceTitle | RejectedRow], label: str, report: ImportReport | None = None
) -> ImportReport:
    """Import rows of one source in one transaction. label: names their origin in the report, such as a file's name."""
    report = report or ImportReport()
    with transaction.atomic():
        RowImport(label, report).run(rows)
    return report


class RowImport:
    """Import of one origin's rows, such as a file's."""

    def __init__(self, label: str, report: ImportReport) -> None:
        self.label = label
        self.report = report
        self.writer = CatalogueWriter()
        self.rows_of_ids: dict[tuple[str, str], int] = {}
        self.rows_of_titles: dict[int, int] = {}

    def run(self, rows: Iterable[SourceTitle | RejectedRow]) -> None:
        lock_in_transaction(CATALOGUE_IMPORT)  # two imports would create the same titles
        accepted = self.accepted(rows)
        while batch := list(islice(accepted, BATCH)):
            self.write(batch)
        self.writer.write_relations()
        if self.writer.touched:
            refresh_lexemes(self.writer.touched)
            refresh_vocabulary()
            refresh_franchises()
            with connection.cursor() as cursor:
                cursor.execute(ANALYZE)
            catalogue_changed()

    def accepted(self, rows: Iterable[SourceTitle | RejectedRow]) -> Iterator[SourceTitle]:
        """Yield valid rows, without those that repeat an earlier row's id."""
        for row in rows:
            if isinstance(row, RejectedRow):
                self.reject(row.row, row.reason)
            elif duplicate := next((key for key in row.external_ids.items() if key in self.rows_of_ids), None):
                provider, value = duplicate
                self.reject(row.row, f"its {provider} id {value} is that of row {self.rows_of_ids[duplicate]}")
            else:
                self.rows_of_ids |= dict.fromkeys(row.external_ids.items(), row.row)
                yield row

    def reject(self, row: int, reason: str) -> None:
        self.report.rejected.append(Rejection(self.label, row, reason))

    def write(self, rows: list[SourceTitle]) -> None:
        owners = owners_of_ids(rows)
        matches = match_titles(rows, owners, self.rows_of_titles)
        records = load_records(matches.values())
        pairs = [
            (row, records[matches[row.row]] if row.row in matches else Record.new())
            for row in rows
            if self.is_writable(row, matches.get(row.row))
        ]
        self.writer.prepare(row for row, _ in pairs)
        for row, record in pairs:
            record.merge(row, self.writer, owners)
        self.report.created += sum(record.is_new for _, record in pairs)
        self.report.updated += sum(record.is_changed and not record.is_new for _, record in pairs)
        self.report.unchanged += sum(not record.is_changed for _, record in pairs)
        self.writer.write(record for _, record in pairs)
        for row, record in pairs:
            self.rows_of_titles[record.title.pk] = row.row
            self.writer.relate(record.title.pk, row.relations)

    def is_writable(self, row: SourceTitle, title_id: int | None) -> bool:
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


def match_titles(
    rows: list[SourceTitle], owners: dict[tuple[str, str], int], claimed: Collection[int] = ()
) -> dict[int, int]:
    """Map row numbers to ids of existing titles. Titles `claimed` by earlier rows don't match by name."""
    lookups = [Sought(row.row, row.name or "", row.year, row.format or "", row.external_ids) for row in rows]
    matches = match_ids(lookups, owners)
    unmatched = [row for row in lookups if row.row not in matches and row.name and row.year]
    return match_names(unmatched, Title.objects.all(), is_strict=True, claimed=claimed) | matches


def owners_of_ids(rows: list[SourceTitle]) -> dict[tuple[str, str], int]:
    return owners_of(pair for row in rows for pair in row.external_ids.items())
