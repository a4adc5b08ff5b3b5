"""Composed titles and their records, written in bulk: the number of queries doesn't depend on the number of rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha1
from typing import Any

from django.db import connection, models
from django.utils.text import slugify

from catalog.importing.composing import COMPANIES, CREDITS, STREAMS, Name, TitleState, terms_in
from catalog.importing.precedence import FIELDS
from catalog.importing.records import Incoming
from catalog.models import Credit, ExternalId, Person, SourceRecord, Stream, Studio, Tag, Title, TitleName
from catalog.search.keys import search_key
from catalog.titles.external_ids import SPACE_IN_SQL, in_space, provider_and_space

RECORD_COLUMNS = ("title_id", "source", "key", "data", "dates", "digest", "as_of", "seen_at", "changed_at")
RECORD_TYPES = (
    "title_id bigint, source text, key text, data jsonb, dates jsonb, digest bytea, as_of timestamptz,"
    " seen_at timestamptz, changed_at timestamptz"
)
THROUGH: dict[str, type[models.Model]] = {kind: getattr(Title, kind).through for kind in COMPANIES}
PARTS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    CREDITS: (Credit, ("person_id", "kind", "role", "character", "language", "position")),
    STREAMS: (Stream, ("service", "language", "url")),
}
ORDERS = {CREDITS: ("position",), STREAMS: ("service", "language", "url")}  # as they are composed
NAME_COLUMNS = ("title_id", "kind", "text", "key")
UPSERT_RECORDS = f"""
    INSERT INTO catalog_sourcerecord ({", ".join(RECORD_COLUMNS)})
    SELECT {", ".join(RECORD_COLUMNS)} FROM new_record
    ON CONFLICT (source, key) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in RECORD_COLUMNS if name not in ("source", "key"))}
"""
UPSERT_NAMES = """
    INSERT INTO catalog_titlename (title_id, kind, text, key) SELECT title_id, kind, text, key FROM new_name
    ON CONFLICT (title_id, key) DO UPDATE SET kind = excluded.kind, text = excluded.text
"""


def slug_of(name: str, length: int) -> str:
    """Return a slug for the name; names without letters get one from their bytes."""
    return slugify(name, allow_unicode=True)[:length] or sha1(name.encode(), usedforsecurity=False).hexdigest()[:12]


def load_states(title_ids: Collection[int]) -> dict[int, TitleState]:
    """Load titles with all that belongs to them."""
    if not title_ids:
        return {}
    titles = Title.objects.defer("search_lexemes").in_bulk(list(title_ids))
    states = {pk: TitleState(title) for pk, title in titles.items()}
    for record in SourceRecord.objects.filter(title__in=titles).order_by("pk"):
        states[record.title_id].records.append(record)
    for title_id, *name in TitleName.objects.filter(title__in=titles).values_list("title_id", "kind", "text", "key"):
        states[title_id].names[name[-1]] = Name(*name)
    ids = ExternalId.objects.filter(title__in=titles)
    columns = ids.values_list("title_id", "provider", "medium", "value", "retired_at")
    for title_id, provider, medium, value, retired_at in columns:
        states[title_id].external_ids[in_space(provider, medium), value] = retired_at is not None
    tags = Title.tags.through.objects.filter(title__in=titles).values_list("title_id", "tag__kind", "tag_id")
    for title_id, kind, tag_id in tags:
        states[title_id].terms[kind] |= {tag_id}
    for kind, through in THROUGH.items():
        pairs = through._default_manager.filter(title__in=titles).values_list("title_id", "studio_id")
        for title_id, studio_id in pairs:
            states[title_id].terms[kind] |= {studio_id}
    for part, (model, names) in PARTS.items():
        rows = model._default_manager.filter(title__in=titles).order_by(*ORDERS[part])
        for title_id, *row in rows.values_list("title_id", *names):
            states[title_id].parts[part].append(tuple(row))
    return states


class CatalogueWriter:
    """Writes titles. changed: ids of the titles that it wrote; renamed: those with other names than before."""

    def __init__(self) -> None:
        self.tags: dict[str, int] = {}
        self.studios: dict[str, int] = {}
        self.people: dict[str, int] = {}
        self.changed: set[int] = set()
        self.renamed: set[int] = set()
        self.changes_franchises = False

    def prepare(self, records: Iterable[SourceRecord]) -> None:
        """Create missing tags, studios and people of the records, and load their ids."""
        tags, studios, people = terms_in(records)
        self._load_ids(
            self.tags, Tag, {name: {"kind": kind, "is_adult": adult} for name, (kind, adult) in tags.items()}
        )
        self._load_ids(self.studios, Studio, {name: {} for name in sorted(studios)})
        self._load_people(people)

    def _load_people(self, names: Iterable[str]) -> None:
        keys = {name: search_key(name)[:200] for name in sorted(names) if name not in self.people}
        new = [Person(name=name, slug=slug_of(name, 200), key=key) for name, key in keys.items()]
        Person.objects.bulk_create(new, ignore_conflicts=True)
        ids = dict(Person.objects.filter(key__in=set(keys.values())).values_list("key", "pk"))
        self.people.update({name: ids[key] for name, key in keys.items()})

    def _load_ids(self, ids: dict[str, int], model: type[Tag | Studio], names: dict[str, dict[str, Any]]) -> None:
        length = model._meta.get_field("slug").max_length or 0
        slugs = {name: slug_of(name, length) for name in names if name not in ids}
        new: list[Any] = [model(name=name, slug=slug, **names[name]) for name, slug in slugs.items()]
        model._default_manager.bulk_create(new, ignore_conflicts=True)
        id_of_slug = dict(model._default_manager.filter(slug__in=set(slugs.values())).values_list("slug", "pk"))
        ids.update({name: id_of_slug[slug] for name, slug in slugs.items()})

    def write(self, states: Iterable[TitleState], now: datetime) -> None:
        """Write the titles that changed."""
        changed = [state for state in states if state.is_changed]
        _write_titles(changed)
        self.changed |= {state.title.pk for state in changed}
        self.renamed |= {state.title.pk for state in changed if state.has_new_names}
        self.changes_franchises |= any(state.can_change_franchises for state in changed)
        _write_names(changed)
        _write_ids(changed, now)
        _write_terms(Title.tags.through, "tag_id", changed, Tag.Kind.values)
        for kind, through in THROUGH.items():
            _write_terms(through, "studio_id", changed, [kind])
        for name in PARTS:
            _write_part(name, [state for state in changed if name in state.changed_parts])


def _write_titles(states: list[TitleState]) -> None:
    Title.objects.bulk_create([state.title for state in states if state.is_new])
    Title.objects.bulk_create(
        [state.title for state in states if state.changed_fields and not state.is_new],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*FIELDS, "field_sources", "updated_at"],
    )


def _write_names(states: list[TitleState]) -> None:
    removed = [(state.title.pk, key) for state in states for key in state.removed_names]
    _delete_pairs("catalog_titlename", "key", "text", removed)
    copy_rows("catalog_titlename", NAME_COLUMNS, _name_rows(state for state in states if state.is_new))
    others = [state for state in states if not state.is_new and state.changed_names]
    if others:
        columns = "title_id bigint, kind text, text text, key text"
        with connection.cursor() as cursor, copied_table(cursor, "new_name", columns, _name_rows(others)):
            cursor.execute(UPSERT_NAMES)


def _name_rows(states: Iterable[TitleState]) -> Iterator[tuple[Any, ...]]:
    return (
        (state.title.pk, name.kind, name.text, name.key) for state in states for name in state.changed_names.values()
    )


def _write_ids(states: list[TitleState], now: datetime) -> None:
    rows = (
        (state.title.pk, *provider_and_space(name), value) for state in states for name, value in sorted(state.new_ids)
    )
    copy_rows("catalog_externalid", ("title_id", "provider", "medium", "value"), rows)
    for retired_at, pairs in (
        (now, [pair for state in states for pair in state.retired_ids]),
        (None, [pair for state in states for pair in state.revived_ids]),
    ):
        if pairs:
            mark_retired(pairs, retired_at)


def mark_retired(pairs: Collection[tuple[str, str]], at: datetime | None) -> int:
    """Mark ids, as (provider, value), as retired at a time, or None: as current. Return how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_externalid SET retired_at = %s WHERE (retired_at IS NULL) = %s"
            f" AND ({SPACE_IN_SQL}, value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [at, at is not None, *map(list, zip(*pairs, strict=True))],
        )
        return int(cursor.rowcount)


def _write_terms(through: type[models.Model], column: str, states: list[TitleState], kinds: Sequence[str]) -> None:
    changes = [(state.title.pk, *state.replaced[kind]) for state in states for kind in kinds if kind in state.replaced]
    table = through._meta.db_table
    _delete_pairs(table, column, "bigint", [(title_id, term) for title_id, removed, _ in changes for term in removed])
    copy_rows(table, ("title_id", column), ((title_id, term) for title_id, _, added in changes for term in added))


def _write_part(name: str, states: list[TitleState]) -> None:
    """Replace the titles' rows: few change, and most titles are new."""
    model, columns = PARTS[name]
    known = [state.title.pk for state in states if not state.is_new]
    model._default_manager.filter(title__in=known).delete()
    rows = ((state.title.pk, *row) for state in states for row in state.parts[name])
    copy_rows(model._meta.db_table, ("title_id", *columns), rows)


def _delete_pairs(table: str, column: str, kind: str, pairs: Collection[tuple[int, Any]]) -> None:
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE (title_id, {column}) IN (SELECT * FROM unnest(%s::bigint[], %s::{kind}[]))",
                [list(values) for values in zip(*pairs, strict=True)],
            )


def write_records(records: Iterable[tuple[SourceRecord, bool]]) -> None:
    """Write records, each with whether it's certainly new: those of new titles are."""
    by_kind: dict[bool, list[SourceRecord]] = {True: [], False: []}
    for record, is_new in records:
        by_kind[is_new].append(record)
    copy_rows("catalog_sourcerecord", RECORD_COLUMNS, map(_record_row, by_kind[True]))
    if by_kind[False]:
        with (
            connection.cursor() as cursor,
            copied_table(cursor, "new_record", RECORD_TYPES, map(_record_row, by_kind[False])),
        ):
            cursor.execute(UPSERT_RECORDS)


def _record_row(record: SourceRecord) -> tuple[Any, ...]:
    return (
        record.title_id, record.source, record.key, json.dumps(record.data, ensure_ascii=False),
        json.dumps(record.dates), bytes(record.digest), record.as_of, record.seen_at, record.changed_at,
    )  # fmt: skip


def confirm_records(rows: Iterable[Incoming], as_of: datetime | None, now: datetime) -> None:
    """Note that unchanged records were read again."""
    keys = [one.id for one in rows]
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE catalog_sourcerecord SET seen_at = %s, as_of = GREATEST(as_of, %s::timestamptz)"
                " WHERE (source, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
                [now, as_of, *map(list, zip(*keys, strict=True))],
            )


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


@contextmanager
def copied_table(cursor: Any, name: str, columns: str, rows: Iterable[Sequence[Any]]) -> Iterator[None]:
    """Provide a temporary table with these rows."""
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP")
    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    yield
    cursor.execute(f"DROP TABLE {name}")
