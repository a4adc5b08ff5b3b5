"""anirec's own JSON format, with all of a member's data."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import OwnEntry
from accounts.portability.formats.json_parts import part, section, value_at, values_at
from accounts.portability.formats.rows import (
    ExtraItem,
    Items,
    ListRow,
    PortabilityError,
    RawRow,
    StatedScale,
)

FORMAT, VERSION = "anirec", 1
ENTRY_FIELDS = (
    "status", "score", "progress", "volumes", "started_on", "finished_on", "rewatches", "rewatched_on", "notes", "tags",
    "visibility", "created_at", "updated_at",
)  # fmt: skip


def is_own(start: str) -> bool:
    return f'"format": "{FORMAT}"' in start or f'"format":"{FORMAT}"' in start


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(data: bytes, extra: Iterable[str] = ()) -> Items:
    """Yield the entries, those that the catalogue lacks, the hidden titles, then the items of the `extra` sections."""
    version = value_at(data, "version")
    if version != VERSION:
        raise PortabilityError(
            _("Unsupported file version %(version)s. Export your list again as version %(own)s.")
            % {"version": str(version)[:40], "own": VERSION}
        )
    yield StatedScale(10)
    numbers = itertools.count(1)
    for item in section(data, "entries.item"):
        yield RawRow(next(numbers), _title_cells(item) | {name: item.get(name) for name in ENTRY_FIELDS}, is_exact=True)
    for item in section(data, "own_entries.item"):
        cells = {name: item.get(name) for name in ENTRY_FIELDS}
        yield RawRow(next(numbers), _title_cells(item) | cells, is_exact=True)
    for item in section(data, "hidden.item"):
        cells = {"is_hidden": True, "created_at": item.get("created_at")}
        yield RawRow(next(numbers), _title_cells(item) | cells, is_exact=True)
    for name in extra:
        yield from (ExtraItem(name, value) for value in values_at(data, f"{name}.item") if not _has_null(value))


def _has_null(value: Any) -> bool:
    """Return whether the value contains a null character, which PostgreSQL can't store."""
    return "\\u0000" in json.dumps(value, default=str)


def _title_cells(item: dict[str, Any]) -> dict[str, Any]:
    title = part(item, "title")
    return {
        "title": title.get("name"),
        "ids": part(title, "ids"),
        "year": title.get("year"),
        "format": title.get("format"),
        "kind": title.get("kind"),
        "parts": title.get("parts"),
    }


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(
    entries: Iterable[ListRow],
    hidden: Iterable[ListRow],
    extra: Mapping[str, Iterable[Any]] | None = None,
    own: Iterable[ListRow] = (),
) -> Iterator[str]:
    """Yield the file, without time and username so that equal lists give equal files."""
    yield f'{{"format": "{FORMAT}", "version": {VERSION}'
    yield from _section("entries", (_entry(row) for row in entries))
    yield from _section("own_entries", (_own_entry(row) for row in own))
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
        **({} if row.kind == OwnEntry.Kind.ANIME else {"volumes": row.volumes}),
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


def _own_entry(row: ListRow) -> dict[str, Any]:
    title = {**_title(row), "kind": str(row.kind), "parts": row.parts}
    return {**_entry(row), "title": title, "volumes": row.volumes}


def _title(row: ListRow) -> dict[str, Any]:
    kind = {} if row.kind == OwnEntry.Kind.ANIME else {"kind": str(row.kind)}
    return {"name": row.name, "year": row.year, "format": row.format, **kind, "ids": dict(row.ids)}


def _moment(value: Any) -> str | None:
    return value.isoformat() if value else None
