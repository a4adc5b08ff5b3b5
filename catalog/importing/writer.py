"""Titles with their related rows, merged in memory and written in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

from django.db import connection, models
from django.utils.text import slugify

from catalog.importing.parsers.base import SourceRelation, SourceTitle
from catalog.importing.precedence import FIELDS, may_write, merge_fields
from catalog.models import ExternalId, Relation, Studio, Tag, Title, TitleName
from catalog.models.titles import Medium
from catalog.search.index import own_names
from catalog.search.keys import search_key

Kind = Relation.Kind
# Inverse relations. A parent story has none, since its child may be a side story or a spin-off.
INVERSE = {
    Kind.SEQUEL: Kind.PREQUEL,
    Kind.PREQUEL: Kind.SEQUEL,
    Kind.SIDE_STORY: Kind.PARENT_STORY,
    Kind.SPIN_OFF: Kind.PARENT_STORY,
    Kind.SUMMARY: Kind.FULL_STORY,
    Kind.FULL_STORY: Kind.SUMMARY,
} | {kind: kind for kind in (Kind.ALTERNATIVE, Kind.ADAPTATION, Kind.CHARACTER, Kind.RELATED)}
# "Related" is redundant beside a more specific relation between the same two titles.
DROP_VAGUE_RELATIONS = """
    DELETE FROM catalog_relation vague USING catalog_relation clear
    WHERE vague.kind = 'related' AND clear.kind <> 'related'
      AND vague.from_title_id = clear.from_title_id AND vague.to_title_id = clear.to_title_id
"""


def slug_of(name: str, length: int) -> str:
    """Return a slug for the name; names without letters get one from their bytes."""
    return slugify(name, allow_unicode=True)[:length] or sha1(name.encode(), usedforsecurity=False).hexdigest()[:12]


@dataclass
class Record:
    """A title, its names by key, its ids by provider, and the ids of its tags (by kind) and studios."""

    title: Title
    is_new: bool = False
    is_changed: bool = False
    has_new_fields: bool = False
    names: dict[str, TitleName] = field(default_factory=dict)
    changed_names: dict[str, TitleName] = field(default_factory=dict)
    external_ids: dict[str, str] = field(default_factory=dict)
    new_ids: dict[str, str] = field(default_factory=dict)
    terms: dict[str, frozenset[int]] = field(default_factory=lambda: defaultdict(frozenset))
    replaced: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)

    @classmethod
    def new(cls) -> Record:
        return cls(Title(medium=Medium.ANIME), is_new=True, is_changed=True, has_new_fields=True)

    def merge(self, row: SourceTitle, terms: CatalogueWriter, owned_ids: Collection[tuple[str, str]]) -> None:
        """Merge a source row. Ids in `owned_ids` stay with their current title."""
        self.has_new_fields |= merge_fields(self.title, row)
        for kind in Tag.Kind.values:
            self._merge_terms(kind, frozenset(terms.tags[tag.name] for tag in row.tags if tag.kind == kind), row.source)
        self._merge_terms("studios", frozenset(terms.studios[name] for name in row.studios), row.source)
        self._merge_names(row)
        self.new_ids = {
            provider: value
            for provider, value in row.external_ids.items()
            if provider not in self.external_ids and (provider, value) not in owned_ids
        }
        self.is_changed |= bool(self.has_new_fields or self.replaced or self.changed_names or self.new_ids)

    def _merge_terms(self, kind: str, ids: frozenset[int], source: str) -> None:
        owners = self.title.field_sources
        if not ids or not may_write(kind, source, owners.get(kind)):
            return
        if ids != self.terms[kind]:
            self.replaced[kind] = (self.terms[kind] - ids, ids - self.terms[kind])
        self.has_new_fields |= owners.get(kind) != source
        owners[kind] = source

    def _merge_names(self, row: SourceTitle) -> None:
        """Set the names: main ones from the title's fields, all others as synonyms."""
        own = {name.key: name for name in own_names(self.title)}
        others = [name.text for name in self.names.values()]
        others += filter(None, [row.name, row.name_english, row.name_native, *row.synonyms])
        names = dict(own)
        for text in others:
            key = search_key(text)
            names.setdefault(key, TitleName(kind=TitleName.Kind.SYNONYM, text=text, key=key))
        for key, name in names.items():
            current = self.names.get(key)
            if current is None or (current.kind, current.text) != (name.kind, name.text):
                self.changed_names[key] = name


def load_records(title_ids: Iterable[int]) -> dict[int, Record]:
    titles = Title.objects.defer("search_lexemes").in_bulk(list(title_ids))
    records = {pk: Record(title) for pk, title in titles.items()}
    for name in TitleName.objects.filter(title__in=titles):
        records[name.title_id].names[name.key] = name
    for title_id, provider, value in ExternalId.objects.filter(title__in=titles).values_list(
        "title_id", "provider", "value"
    ):
        records[title_id].external_ids[provider] = value
    tags = Title.tags.through.objects.filter(title__in=titles).values_list("title_id", "tag__kind", "tag_id")
    studios = Title.studios.through.objects.filter(title__in=titles).values_list("title_id", "studio_id")
    for title_id, kind, tag_id in tags:
        records[title_id].terms[kind] |= {tag_id}
    for title_id, studio_id in studios:
        records[title_id].terms["studios"] |= {studio_id}
    return records


class CatalogueWriter:
    """Writes records in bulk: the number of queries doesn't depend on the number of records."""

    def __init__(self) -> None:
        self.tags: dict[str, int] = {}
        self.studios: dict[str, int] = {}
        self.touched: set[int] = set()
        self._relations: list[tuple[int, SourceRelation]] = []

    def prepare(self, rows: Iterable[SourceTitle]) -> None:
        """Create missing tags and studios of the rows, and load their ids."""
        rows = list(rows)
        tags = {tag.name: tag for row in rows for tag in row.tags}
        self._load_ids(
            self.tags, Tag, {name: {"kind": tag.kind, "is_adult": tag.is_adult} for name, tag in tags.items()}
        )
        self._load_ids(self.studios, Studio, {name: {} for row in rows for name in row.studios})

    def _load_ids(self, ids: dict[str, int], model: type[Tag | Studio], names: dict[str, dict[str, Any]]) -> None:
        length = model._meta.get_field("slug").max_length or 0
        slugs = {name: slug_of(name, length) for name in names if name not in ids}
        new: list[Any] = [model(name=name, slug=slug, **names[name]) for name, slug in slugs.items()]
        model._default_manager.bulk_create(new, ignore_conflicts=True)
        id_of_slug = dict(model._default_manager.filter(slug__in=set(slugs.values())).values_list("slug", "pk"))
        ids.update({name: id_of_slug[slug] for name, slug in slugs.items()})

    def relate(self, title_id: int, relations: Iterable[SourceRelation]) -> None:
        self._relations += [(title_id, relation) for relation in relations]

    def write(self, records: Iterable[Record]) -> None:
        changed = [record for record in records if record.is_changed]
        self._write_titles(changed)
        self.touched |= {record.title.pk for record in changed}
        names = [name for record in changed for name in _with_title_id(record.title, record.changed_names.values())]
        TitleName.objects.bulk_create(
            names, update_conflicts=True, unique_fields=["title", "key"], update_fields=["kind", "text"]
        )
        ExternalId.objects.bulk_create(
            [
                ExternalId(title=record.title, provider=provider, medium=record.title.medium, value=value)
                for record in changed
                for provider, value in record.new_ids.items()
            ]
        )
        self._write_terms(Title.tags.through, "tag_id", changed, Tag.Kind.values)
        self._write_terms(Title.studios.through, "studio_id", changed, ["studios"])

    @staticmethod
    def _write_titles(records: list[Record]) -> None:
        Title.objects.bulk_create([record.title for record in records if record.is_new])
        Title.objects.bulk_create(
            [record.title for record in records if record.has_new_fields and not record.is_new],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*FIELDS, "field_sources", "updated_at"],
        )

    @staticmethod
    def _write_terms(through: type[models.Model], column: str, records: list[Record], kinds: list[str]) -> None:
        changes = [
            (record.title.pk, *record.replaced[kind]) for record in records for kind in kinds if kind in record.replaced
        ]
        removals = [(title_id, term) for title_id, removed, _ in changes for term in removed]
        if removals:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"DELETE FROM {through._meta.db_table} WHERE (title_id, {column}) IN"
                    " (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))",
                    [list(column_values) for column_values in zip(*removals, strict=True)],
                )
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {through._meta.db_table} (title_id, {column}) FROM STDIN") as copy,
        ):
            for title_id, _, added in changes:
                for term in added:
                    copy.write_row((title_id, term))

    def write_relations(self) -> None:
        """Write relations last, since rows may refer to later ones. Skip unknown titles."""
        targets = {(relation.provider, relation.value) for _, relation in self._relations}
        title_ids = {
            (provider, value): title_id
            for provider, value, title_id in ExternalId.objects.filter(
                medium=Medium.ANIME,
                provider__in={provider for provider, _ in targets},
                value__in={value for _, value in targets},
            ).values_list("provider", "value", "title_id")
        }
        pairs = {
            (title_id, other, relation.kind)
            for title_id, relation in self._relations
            if (other := title_ids.get((relation.provider, relation.value))) not in (None, title_id)
        }
        pairs |= {(other, one, INVERSE[Kind(kind)]) for one, other, kind in pairs if kind in INVERSE}
        before = Relation.objects.count()
        Relation.objects.bulk_create(
            [Relation(from_title_id=one, to_title_id=other, kind=kind) for one, other, kind in sorted(pairs)],
            ignore_conflicts=True,
        )
        with connection.cursor() as cursor:
            cursor.execute(DROP_VAGUE_RELATIONS)
        if Relation.objects.count() != before:
            self.touched |= {title_id for title_id, _, _ in pairs}


def _with_title_id(title: Title, names: Iterable[TitleName]) -> Iterable[TitleName]:
    for name in names:
        name.title_id = title.pk
        yield name
