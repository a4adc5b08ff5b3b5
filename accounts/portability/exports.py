"""Stream a member's whole list as a file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from accounts.models import EntryStatus, EntryValues, HiddenTitle, ListEntry, OwnEntry, User, Visibility
from accounts.portability.formats import csv_files, mal_xml, own_json
from accounts.portability.formats.rows import ListRow
from accounts.portability.sections import sections
from catalog.models import ExternalId
from catalog.models.titles import Title

ENTRY_FIELDS = (
    "score", "progress", "volumes", "started_on", "finished_on", "rewatches", "notes", "created_at", "updated_at",
)  # fmt: skip
CHUNK = 1_000
BOM = "\ufeff"
KINDS = {"json": "application/json", "csv": "text/csv", "xml": "application/xml", "manga.xml": "application/xml"}


def export_list(user: User, kind: str, *, has_bom: bool = False) -> Iterator[str]:
    """Return the file in chunks, including titles hidden by the member's settings. kind: one of KINDS.

    has_bom: start a CSV with a byte order mark, without which Excel misreads accents.
    """
    if kind == "json":
        extra = {section.name: section.export(user) for section in sections()}
        return own_json.write(_entries(user), _hidden(user), extra, _own_entries(user))
    if kind == "manga.xml":
        return mal_xml.write_manga(chain(_entries(user), _own_entries(user)))
    lines = {"csv": csv_files.write, "xml": mal_xml.write}[kind](chain(_entries(user), _own_entries(user)))
    return chain([BOM], lines) if has_bom and kind == "csv" else lines


def _entries(user: User) -> Iterator[ListRow]:
    for number, entry in enumerate(_with_titles(ListEntry.objects.filter(user=user)), start=1):
        yield ListRow(number, **_title(entry.title, entry.ids), **_values(entry))


def _values(entry: EntryValues) -> dict[str, Any]:
    return {
        "status": EntryStatus(entry.status),
        "visibility": Visibility(entry.visibility),
        "tags": tuple(entry.tags),
        "rewatched_on": tuple(entry.rewatched_on),
        **{name: getattr(entry, name) for name in ENTRY_FIELDS},
    }


def _own_entries(user: User) -> Iterator[ListRow]:
    own = OwnEntry.objects.filter(user=user).order_by("name", "pk").iterator(chunk_size=CHUNK)
    for number, entry in enumerate(own, start=1):
        facts = {name: getattr(entry, name) for name in ("name", "ids", "year", "format", "kind", "parts")}
        yield ListRow(number, **facts, **_values(entry))


def _hidden(user: User) -> Iterator[ListRow]:
    for number, hidden in enumerate(_with_titles(HiddenTitle.objects.filter(user=user)), start=1):
        yield ListRow(number, **_title(hidden.title, hidden.ids), is_hidden=True)


def _with_titles(rows: QuerySet[Any]) -> Iterator[Any]:
    """Yield the rows by title name, each with its title's external ids ("provider:value"), the current one last."""
    current_last = F("retired_at").asc(nulls_last=True)
    ids = ExternalId.objects.filter(title=OuterRef("title_id")).order_by("provider", current_last, "value")
    pairs = ids.values_list(Concat("provider", Value(":"), "value", output_field=CharField()))
    rows = rows.select_related("title").annotate(ids=ArraySubquery(pairs)).order_by("title__name", "title_id")
    return rows.iterator(chunk_size=CHUNK)


def _title(title: Title, ids: list[str]) -> dict[str, Any]:
    return {
        "name": title.name,
        "year": title.year,
        "format": title.format,
        "kind": title.medium,
        "parts": title.chapters,  # the catalogue's episodes are no news
        "ids": dict(pair.split(":", 1) for pair in ids),
    }
