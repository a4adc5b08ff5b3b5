"""Measure a list import from upload to report, and check that exports round-trip."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import EntryStatus, ListEntry, ListImport, User
from accounts.portability.exports import KINDS, export_list
from accounts.portability.formats import mal_xml
from accounts.portability.formats.rows import ListRow, PortabilityError
from accounts.portability.imports import queries, reading, writing
from accounts.settings.deletion import delete_account
from catalog.models import ExternalId
from catalog.models.titles import Medium

T = TypeVar("T")
ENTRIES = 1_500
BAR_SECONDS = 3
LARGE, LARGE_READ_SECONDS, LARGE_WRITE_SECONDS = 10_000, 5, 6
COPY_COLUMNS = "title_id, status, score, progress, started_on, finished_on, rewatches, notes, visibility"


class Command(BaseCommand):
    help = "Measure the import of a file or a generated list on this database. Test members are deleted afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="list file (default: a generated list)")
        parser.add_argument("--entries", type=int, default=ENTRIES, help="length of the generated list")

    def handle(self, *, file: Path | None, entries: int, **options: Any) -> None:
        try:
            data = file.read_bytes() if file else gzip.compress(generated_list(entries).encode())
            with _member() as member:
                self._measure(file.name if file else f"generated list of {entries:,} entries", data, member)
        except (OSError, PortabilityError) as error:
            raise CommandError(f"{file}: {error}") from error

    def _measure(self, name: str, data: bytes, member: User) -> None:
        opened, read = _timed(lambda: reading.open_file(member, name, data))
        written, write = _timed(lambda: _written(opened))
        n_lines, report = _timed(lambda: sum(1 for _ in queries.report_lines(written)) - 1)
        copied, copy = _timed(lambda: _copy_entries(member))
        total = read + write + report
        outcomes = Counter(written.rows.values_list("outcome", flat=True))
        summary = ", ".join(f"{n:,} {outcome}" for outcome, n in outcomes.most_common())
        self.stdout.write(
            f"\n{name}: {n_lines:,} rows ({summary})\n"
            f"read and match {read:.2f} s, write {write:.2f} s, report {report:.2f} s: {total:.2f} s in total,"
            f" {n_lines / total:,.0f} rows/s{_verdict(n_lines, read, write, total)}\n"
            f"plain COPY of {copied:,} entries: {copy * 1000:.0f} ms (the import takes {total / copy:,.0f}×)"
        )
        for kind in KINDS.keys() - {"manga.xml"}:  # the list has no manga
            self.stdout.write(f"export, import and export again as {kind}: {_round_trip(member, kind)}")
        undone, undo = _timed(lambda: writing.undo_import(written))
        remaining = member.entries.count()
        self.stdout.write(
            f"undo {undo:.2f} s, {remaining} entries left{'' if undone and not remaining else '  missed'}"
        )


def _verdict(n: int, read: float, write: float, total: float) -> str:
    if n < LARGE:
        return f" (bar < {BAR_SECONDS} s in total){'' if total < BAR_SECONDS else '  missed'}"
    is_met = read < LARGE_READ_SECONDS and write < LARGE_WRITE_SECONDS
    return f" (bar: read < {LARGE_READ_SECONDS} s, write < {LARGE_WRITE_SECONDS} s){'' if is_met else '  missed'}"


def generated_list(n: int = ENTRIES) -> str:
    """Return the most popular titles as a MyAnimeList export, and for the rest titles that the catalogue lacks."""
    ids = ExternalId.objects.filter(provider=ExternalId.Provider.MAL, medium=Medium.ANIME).select_related("title")
    statuses = list(EntryStatus)
    known = [(row.title.name, {"mal": row.value}) for row in ids.order_by("-title__popularity", "pk")[:n]]
    unknown: list[tuple[str, dict[str, str]]] = [
        (f"Not in any catalogue {number}", {}) for number in range(n - len(known))
    ]
    return "".join(
        mal_xml.write(
            ListRow(number, name, ids=by_site, status=statuses[number % len(statuses)],
                    score=number % 11 or None, progress=number % 26,
                    notes="Seen with friends." if number % 7 == 0 else "")
            for number, (name, by_site) in enumerate([*known, *unknown], start=1)
        )
    )  # fmt: skip


def _written(opened: ListImport) -> ListImport:
    writing.queue(opened)
    writing.write_import(opened.pk)
    opened.refresh_from_db()
    if opened.state != ListImport.State.DONE:
        raise CommandError(f"The import is {opened.state}: {opened.message}")
    return opened


def _copy_entries(member: User) -> int:
    """Copy the member's entries with a plain COPY into a temporary table with the same indexes. Return their number."""
    rows = list(ListEntry.objects.filter(user=member).values_list(*COPY_COLUMNS.split(", ")))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_entries (LIKE accounts_listentry INCLUDING INDEXES INCLUDING DEFAULTS)")
        columns = ["id", "user_id", "created_at", "updated_at", "tags", "rewatched_on", *COPY_COLUMNS.split(", ")]
        with cursor.copy(f"COPY bench_entries ({', '.join(columns)}) FROM STDIN") as copy:
            for number, row in enumerate(rows):
                plain = [str(value or "") if index in (4, 5) else value for index, value in enumerate(row)]
                copy.write_row([number, member.pk, "now", "now", "{}", "{}", *plain])
        cursor.execute("DROP TABLE bench_entries")
    return len(rows)


def _round_trip(member: User, kind: str) -> str:
    first = "".join(export_list(member, kind))
    with _member() as empty:
        _written(reading.open_file(empty, f"list.{kind}", gzip.compress(first.encode())))
        return "identical" if "".join(export_list(empty, kind)) == first else "different  missed"


@contextmanager
def _member() -> Iterator[User]:
    name = f"bench-{uuid4().hex[:12]}"
    member = User.objects.create_user(name, f"{name}@localhost", is_synthetic=True, shows_adult=True)
    try:
        yield member
    finally:
        delete_account(member)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
