"""anirec's own JSON format, with all of a member's data."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import EntryStatus, Visibility
from accounts.portability.formats import rows
from accounts.portability.formats.json_parts import part, section, value_at, values_at
from accounts.portability.formats.rows import ExtraItem, InvalidRow, ListRow, PortabilityError, Row, Rows, make_row
from accounts.portability.formats.streams import LimitedReader
from catalog.models.titles import Format

FORMAT, VERSION = "anirec", 1
STATUSES = {str(value): value for value in EntryStatus}
VISIBILITIES = {str(value): value for value in Visibility}
FORMATS = {str(value) for value in Format}


def is_own(start: str) -> bool:
    return f'"format": "{FORMAT}"' in start or f'"format":"{FORMAT}"' in start


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(stream: LimitedReader, extra: Iterable[str] = ()) -> Rows:
    """Yield the entries, the hidden titles, then the items of the `extra` sections."""
    data = stream.read()
    version = value_at(data, "version")
    if version != VERSION:
        raise PortabilityError(
            _("Unsupported file version %(version)s. Export your list again as version %(own)s.")
            % {"version": str(version)[:40], "own": VERSION}
        )
    numbers = itertools.count(1)
    for item in section(data, "entries.item"):
        yield _row(next(numbers), item, is_hidden=False)
    for item in section(data, "hidden.item"):
        yield _row(next(numbers), item, is_hidden=True)
    for name in extra:
        yield from (ExtraItem(name, value) for value in values_at(data, f"{name}.item") if not _has_null(value))


def _has_null(value: Any) -> bool:
    """Return whether the value contains a null character, which PostgreSQL can't store."""
    return "\\u0000" in json.dumps(value, default=str)


def _row(number: int, item: dict[str, Any], *, is_hidden: bool) -> Row:
    title = part(item, "title")
    try:
        values = {} if is_hidden else _values(item)
        return make_row(
            number,
            title.get("name"),
            ids=rows.identifiers(part(title, "ids")),
            year=rows.year(title.get("year")),
            format=title.get("format") if title.get("format") in FORMATS else "",
            is_hidden=is_hidden,
            created_at=rows.moment(item.get("created_at"), "created_at"),
            **values,
        )
    except ValueError as error:
        return InvalidRow(number, str(title.get("name") or "")[: rows.MAX_NAME], str(error))


def _values(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": rows.choice(item.get("status"), "status", STATUSES),
        "score": rows.number(item.get("score"), "score", 10) or None,
        "progress": rows.number(item.get("progress"), "progress"),
        "started_on": rows.date(item.get("started_on"), "started_on"),
        "finished_on": rows.date(item.get("finished_on"), "finished_on"),
        "rewatches": rows.number(item.get("rewatches"), "rewatches"),
        "rewatched_on": rows.dates(item.get("rewatched_on"), "rewatched_on"),
        "notes": rows.text(item.get("notes"), "notes"),
        "tags": rows.tags(item.get("tags"), "tags"),
        "visibility": rows.choice(item.get("visibility"), "visibility", VISIBILITIES),
        "updated_at": rows.moment(item.get("updated_at"), "updated_at"),
    }


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(
    entries: Iterable[ListRow], hidden: Iterable[ListRow], extra: Mapping[str, Iterable[Any]] | None = None
) -> Iterator[str]:
    """Yield the file, without time and username so that equal lists give equal files."""
    yield f'{{"format": "{FORMAT}", "version": {VERSION}'
    yield from _section("entries", (_entry(row) for row in entries))
    yield from _section("hidden", ({"title": _title(row)} for row in hidden))
    for name, items in (extra or {}).items():
        yield from _section(name, items)
    yield "}\n"


def _section(name: str, items: Iterable[Any]) -> Iterator[str]:
    yield f",\n{json.dumps(name)}: ["
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n{json.dumps(item, ensure_ascii=False)}"
    yield "\n]"


def _entry(row: ListRow) -> dict[str, Any]:
    return {
        "title": _title(row),
        "status": str(row.status),
        "score": row.score,
        "progress": row.progress,
        "started_on": str(row.started_on) if row.started_on else None,
        "finished_on": str(row.finished_on) if row.finished_on else None,
        "rewatches": row.rewatches,
        "rewatched_on": [str(day) for day in row.rewatched_on],
        "notes": row.notes,
        "tags": list(row.tags),
        "visibility": str(row.visibility),
        "created_at": _moment(row.created_at),
        "updated_at": _moment(row.updated_at),
    }


def _title(row: ListRow) -> dict[str, Any]:
    return {"name": row.name, "year": row.year, "format": row.format, "ids": dict(row.ids)}


def _moment(value: Any) -> str | None:
    return value.isoformat() if value else None
