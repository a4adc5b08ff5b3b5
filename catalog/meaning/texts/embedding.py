"""Words and vectors of titles, kept up to date with what changed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import connection, transaction

from catalog.meaning.texts.encoder import encode
from catalog.meaning.texts.sentences import sentences_of, without_credit
from catalog.models import SynopsisSentence, Title, TitleText

BATCH = 50  # titles in a transaction
REFRESH_WORDS = """
    WITH document AS (
        SELECT title.id,
            (SELECT string_agg(name.text, ' ' ORDER BY name.id) FROM catalog_titlename name
                WHERE name.title_id = title.id) AS names,
            (SELECT string_agg(tag.name, ' ' ORDER BY tag.name) FROM catalog_title_tags pair
                JOIN catalog_tag tag ON tag.id = pair.tag_id WHERE pair.title_id = title.id) AS tags,
            title.synopsis
        FROM catalog_title title
    ), changed AS (
        SELECT document.*, md5(concat_ws('|', names, tags, document.synopsis)) AS digest FROM document
    )
    INSERT INTO catalog_titletext (title_id, digest, synopsis_digest, words)
    SELECT changed.id, changed.digest, '',
        setweight(to_tsvector('english', coalesce(names, '')), 'A')
        || setweight(to_tsvector('english', coalesce(tags, '')), 'B')
        || setweight(to_tsvector('english', synopsis), 'C')
    FROM changed LEFT JOIN catalog_titletext old ON old.title_id = changed.id
    WHERE old.digest IS DISTINCT FROM changed.digest
    ON CONFLICT (title_id) DO UPDATE SET digest = excluded.digest, words = excluded.words
"""
TO_EMBED = """
    SELECT title.id, title.synopsis, md5(title.synopsis)
    FROM catalog_title title JOIN catalog_titletext text ON text.title_id = title.id
    WHERE text.synopsis_digest <> CASE title.synopsis WHEN '' THEN '' ELSE md5(title.synopsis) END
    ORDER BY title.popularity DESC, title.id LIMIT %s
"""

Row = tuple[int, str, str]  # title ID, synopsis, its digest


def refresh_words() -> int:
    """Index the words of titles whose names, tags or synopsis changed. Return how many did."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_WORDS)
        return cursor.rowcount


def embed_synopses(seconds: float) -> int:
    """Embed synopses that changed, popular titles first, until all are done or the time is up. Return how many."""
    n, end = 0, time.monotonic() + seconds
    while time.monotonic() < end and (rows := _to_embed()):
        _embed(rows)
        n += len(rows)
    return n


def _to_embed() -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(TO_EMBED, [BATCH])
        return list(cursor.fetchall())


def _embed(rows: Sequence[Row]) -> None:
    texts = {title_id: sentences_of(synopsis) for title_id, synopsis, _ in rows}
    whole = encode([without_credit(synopsis) for _, synopsis, _ in rows])
    vectors = iter(encode([text for sentences in texts.values() for text in sentences]))
    sentences = [
        SynopsisSentence(title_id=title_id, position=place, text=text, vector=next(vectors).tolist())
        for title_id, parts in texts.items()
        for place, text in enumerate(parts)
    ]
    with transaction.atomic():
        there = set(Title.objects.filter(pk__in=texts).select_for_update().values_list("pk", flat=True))
        SynopsisSentence.objects.filter(title__in=there).delete()
        SynopsisSentence.objects.bulk_create(one for one in sentences if one.title_id in there)
        for (title_id, synopsis, digest), vector in zip(rows, whole, strict=True):
            TitleText.objects.filter(title_id=title_id).update(
                vector=vector.tolist() if synopsis else None, synopsis_digest=digest if synopsis else ""
            )
