"""Titles whose values change because time has passed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from catalog.importing.composing import OVERDUE
from catalog.importing.precedence import AIRING, AUDIENCE, NEXT, SLOT, STAFF
from catalog.models import Title
from catalog.models.titles import Status

# One of two records is confirmed, by which the other becomes much older, or the first is much older no more.
AGEING = """
    SELECT DISTINCT other.title_id
    FROM unnest(%s::text[], %s::text[]) AS confirmed (source, key)
    JOIN catalog_sourcerecord record USING (source, key)
    JOIN catalog_sourcerecord other ON other.title_id = record.title_id AND other.id <> record.id
    CROSS JOIN unnest(%s::interval[]) AS age
    WHERE record.as_of < %s AND (
        (record.as_of - other.as_of < age AND %s - other.as_of >= age)
        OR (other.as_of - record.as_of >= age AND other.as_of - %s < age)
    )
"""


def titles_that_age(keys: Collection[tuple[str, str]], as_of: datetime | None) -> set[int]:
    """Return titles whose sources' ages compare differently once these records are confirmed at `as_of`."""
    if as_of is None:
        return set()
    with connection.cursor() as cursor:
        lists = [list(values) for values in zip(*keys, strict=True)]
        cursor.execute(AGEING, [*lists, [AIRING, AUDIENCE, NEXT, SLOT], as_of, as_of, as_of])
        return {title_id for (title_id,) in cursor.fetchall()}


def overdue_titles(now: datetime) -> set[int]:
    """Return titles that are still airing or upcoming though their last day has passed, unless staff say so."""
    day = str((now - OVERDUE).date())
    titles = Title.objects.filter(
        status__in=[Status.AIRING, Status.UPCOMING], ended_on__gt="", ended_on__lt=day, ended_on__regex=r"^.{10}$"
    )
    return set(titles.exclude(field_sources__status=STAFF).order_by().values_list("pk", flat=True))
