"""Report for each file in a folder of recorded answers how it is parsed, or why it is refused."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from catalog.importing.parsers.base import RejectedRow, SourceTitle
from catalog.importing.parsers.services.answers import Answer, AnswerError, at

HEADINGS = ("file", "kind", "titles", "refused", "details", "note")
# Of a title's page: how many rows have it.
DETAILS = ("credits", "streams", "links", "themes", "trailer", "ranks", "status_counts", "producers")
NOTES = ".meta.json"  # beside an answer: its address, status and headers


class Line(NamedTuple):
    """What is said of a file."""

    file: str
    kind: str
    titles: str
    refused: str
    details: str
    note: str
    is_bug: bool = False


class Command(BaseCommand):
    help = "Parse every file of a folder as a service's answer. Fails only if a parser does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--format", choices=["table", "markdown"], default="table")

    def handle(self, *, folder: Path, format: str, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        lines = [check(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()]
        self.stdout.write("\n".join(markdown(lines) if format == "markdown" else table(lines)))
        if bugs := [line.file for line in lines if line.is_bug]:
            raise CommandError(f"A parser failed on {', '.join(bugs)}.")


def check(folder: Path, path: Path) -> Line:
    """Return the line of a file."""
    from catalog.importing.parsers.recognise import Sample, parse, recognise  # the workers have its libraries

    file, notes = str(path.relative_to(folder)), notes_on(path)
    sample = Sample(path.read_bytes(), str(at(notes, "url") or ""))
    kind = recognise(sample)
    try:
        return Line(file, kind.label, *outcome(parse(kind, sample)))
    except AnswerError as error:
        return Line(file, kind.label, "–", "–", "–", "; ".join([*reaction(notes), str(error)]))
    except Exception as error:  # what the command looks for
        return Line(file, kind.label, "–", "–", "–", f"BUG: {type(error).__name__}: {error}", is_bug=True)


def notes_on(path: Path) -> dict[str, Any]:
    notes = path.with_name(path.stem + NOTES)
    try:
        return dict(json.loads(notes.read_bytes())) if notes != path and notes.exists() else {}
    except (ValueError, TypeError):
        return {}


def outcome(answer: Answer) -> tuple[str, str, str, str]:
    """Return the numbers of titles and refused rows, the titles with each detail, and the first reason or remark."""
    rows = list(answer.rows)
    refused = [row for row in rows if isinstance(row, RejectedRow)]
    notes = [f"row {row.row}: {row.reason}" for row in refused[:1]] + list(answer.remarks[:1])
    return str(len(rows) - len(refused)), str(len(refused)), ", ".join(details_in(rows)) or "–", "; ".join(notes)


def details_in(rows: Iterable[Any]) -> Iterator[str]:
    """Yield each detail with the number of titles that have it, such as "themes 3"."""
    titles = [row for row in rows if isinstance(row, SourceTitle)]
    for name in DETAILS:
        if n := sum(bool(getattr(title, name)) for title in titles):
            yield f"{name} {n}"


def reaction(notes: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the client reacts to the status of an answer, if it is an error."""
    status = notes.get("status")
    if not isinstance(status, int) or status < 400:
        return
    pause = at(notes.get("headers"), "retry-after")
    reactions = {
        403: "the source is not asked for an hour, then longer, and staff see why",
        404: "the client notes that it isn't there, and asks again when it is due",
        429: f"the client waits {pause} seconds" if pause else "the client waits",
    }
    yield f"HTTP {status}: {reactions.get(status, 'the source is asked again after a minute, then longer')}"


def table(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the lines in columns."""
    rows = [HEADINGS, *(line[:-1] for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def markdown(lines: Iterable[Line]) -> Iterator[str]:
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|---|---|--:|--:|---|---|"
    for line in lines:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in line[:-1])} |"
