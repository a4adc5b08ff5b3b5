"""Relations between titles, from the ids that rows name. A row may name a title that a later row or file brings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from catalog.importing.parsers.base import SourceRelation
from catalog.importing.writer import copy_rows
from catalog.models import Relation

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
CREATE = """
    CREATE TEMPORARY TABLE named_relation (title_id bigint, provider text, value text, kind text) ON COMMIT DROP;
    CREATE TEMPORARY TABLE new_id (provider text, value text) ON COMMIT DROP
"""
# What earlier rows said about titles that are new now.
ADD_EARLIER = """
    INSERT INTO named_relation
    SELECT record.title_id, relation->>0, relation->>1, relation->>2
    FROM catalog_sourcerecord record, jsonb_array_elements(record.data->'relations') relation, new_id
    WHERE record.seen_at < %s AND record.data ? 'relations'
      AND (relation->>0, relation->>1) = (new_id.provider, new_id.value)
"""
# "Related" is redundant beside a more specific relation between the same two titles.
RESOLVE = """
    WITH inverse (kind, back) AS (SELECT * FROM unnest(%s::text[], %s::text[])),
    forth AS (
        SELECT DISTINCT named.title_id AS one, known.title_id AS other, named.kind
        FROM named_relation named
        JOIN catalog_externalid known ON known.value = named.value
            AND known.provider = split_part(named.provider, '@', 1)
            AND known.medium = COALESCE(NULLIF(split_part(named.provider, '@', 2), ''), 'anime')
        WHERE known.title_id <> named.title_id
    ),
    both_ways AS (
        SELECT one, other, kind FROM forth
        UNION SELECT other, one, back FROM forth JOIN inverse USING (kind)
    )
    INSERT INTO catalog_relation (from_title_id, to_title_id, kind)
    SELECT one, other, kind FROM both_ways link
    WHERE kind <> 'related' OR (
        NOT EXISTS (
            SELECT FROM both_ways clear
            WHERE (clear.one, clear.other) = (link.one, link.other) AND clear.kind <> 'related'
        ) AND NOT EXISTS (
            SELECT FROM catalog_relation clear
            WHERE (clear.from_title_id, clear.to_title_id) = (link.one, link.other) AND clear.kind <> 'related'
        )
    )
    ORDER BY one, other, kind
    ON CONFLICT DO NOTHING RETURNING from_title_id, to_title_id
"""
DROP_VAGUE = """
    DELETE FROM catalog_relation vague USING catalog_relation clear
    WHERE vague.kind = 'related' AND clear.kind <> 'related' AND vague.from_title_id = ANY(%s)
      AND vague.from_title_id = clear.from_title_id AND vague.to_title_id = clear.to_title_id
"""


class RelationWriter:
    """Collects named relations in a temporary table, and writes those whose titles are known."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(CREATE)

    def add(self, relations: Iterable[tuple[int, Iterable[SourceRelation]]]) -> None:
        """Add the relations of titles, by title id."""
        rows = (
            (title_id, relation.provider, relation.value, str(relation.kind))
            for title_id, named in relations
            for relation in named
        )
        copy_rows("named_relation", ("title_id", "provider", "value", "kind"), rows)

    def add_ids(self, ids: Iterable[tuple[str, str]]) -> None:
        """Note ids that no title had before."""
        copy_rows("new_id", ("provider", "value"), ids)

    def write(self, started_at: datetime) -> set[int]:
        """Write the relations. Return the ids of the titles that got new ones."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE named_relation, new_id")
            cursor.execute(ADD_EARLIER, [started_at])
            cursor.execute(RESOLVE, [list(map(str, INVERSE)), list(map(str, INVERSE.values()))])
            related = {title_id for pair in cursor.fetchall() for title_id in pair}
            cursor.execute(DROP_VAGUE, [list(related)])
            cursor.execute("DROP TABLE named_relation, new_id")
        return related
