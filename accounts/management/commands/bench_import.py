"""How long a list takes from its upload to its report, and whether it comes back out as it went in."""

from __future__ import annotations

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
COPIED = "title_id, status, score, progress, started_on, finished_on, rewatches, notes, visibility"


class Command(BaseCommand):
    help = "Measure imports on this database with members that are deleted afterwards: of a file, or of a made list."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="a list file; without it, a list of 1,500 entries is made"
        )

    def handle(self, *, file: Path | None, **options: Any) -> None:
        try:
            data = file.read_bytes() if file else made_list().encode()
            with _member() as member:
                self._measure(file.name if file else f"a made list of {ENTRIES:,}", data, member)
        except (OSError, PortabilityError) as error:
            raise CommandError(f"{file}: {error}") from error

    def _measure(self, name: str, data: bytes, member: User) -> None:
        opened, read = _timed(lambda: reading.open_file(member, name, data))
        written, write = _timed(lambda: _written(opened))
        n_lines, report = _timed(lambda: sum(1 for _ in queries.report_lines(written)) - 1)
        copied, copy = _timed(lambda: _copied(member))
        total = read + write + report
        outcomes = Counter(written.rows.values_list("outcome", flat=True))
        told = ", ".join(f"{n:,} {outcome}" for outcome, n in outcomes.most_common())
        self.stdout.write(
            f"\n{name}: {n_lines:,} rows ({told})\n"
            f"read and matched {read:.2f} s, written {write:.2f} s, reported {report:.2f} s: {total:.2f} s in all"
            f" (bar < {BAR_SECONDS} s){'' if total < BAR_SECONDS else '  missed'}, {n_lines / total:,.0f} rows/s\n"
            f"plain COPY of {copied:,} entries: {copy * 1000:.0f} ms (the import takes {total / copy:,.0f}×)"
        )
        for kind in KINDS:
            self.stdout.write(f"exported, imported, exported as {kind}: {_round_trip(member, kind)}")
        undone, undo = _timed(lambda: writing.undo_import(written))
        left = member.entries.count()
        self.stdout.write(f"undone in {undo:.2f} s, {left} entries left{'' if undone and not left else '  missed'}")


def made_list() -> str:
    """The most popular titles, as MyAnimeList would export them."""
    ids = ExternalId.objects.filter(provider=ExternalId.Provider.MAL, medium=Medium.ANIME).select_related("title")
    statuses = list(EntryStatus)
    return "".join(
        mal_xml.write(
            ListRow(number, found.title.name, ids={"mal": found.value}, status=statuses[number % len(statuses)],
                    score=number % 11 or None, progress=number % 26,
                    notes="Seen with friends." if number % 7 == 0 else "")
            for number, found in enumerate(ids.order_by("-title__members", "pk")[:ENTRIES], start=1)
        )
    )  # fmt: skip


def _written(opened: ListImport) -> ListImport:
    writing.queue(opened)
    writing.write_import(opened.pk)
    opened.refresh_from_db()
    if opened.state != ListImport.State.DONE:
        raise CommandError(f"the import is {opened.state}: {opened.message}")
    return opened


def _copied(member: User) -> int:
    """Time a plain COPY of the same rows into a copy of the list table with its indexes."""
    rows = list(ListEntry.objects.filter(user=member).values_list(*COPIED.split(", ")))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_entries (LIKE accounts_listentry INCLUDING INDEXES INCLUDING DEFAULTS)")
        columns = ["id", "user_id", "created_at", "updated_at", "tags", "rewatched_on", *COPIED.split(", ")]
        with cursor.copy(f"COPY bench_entries ({', '.join(columns)}) FROM STDIN") as copy:
            for number, row in enumerate(rows):
                plain = [str(value or "") if index in (4, 5) else value for index, value in enumerate(row)]
                copy.write_row([number, member.pk, "now", "now", "{}", "{}", *plain])
        cursor.execute("DROP TABLE bench_entries")
    return len(rows)


def _round_trip(member: User, kind: str) -> str:
    first = "".join(export_list(member, kind))
    with _member() as empty:
        _written(reading.open_file(empty, f"list.{kind}", first.encode()))
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
