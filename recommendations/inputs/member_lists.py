"""Members' lists as the engine reads them, from the database: for the tables and for live scores alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from catalog.models import Title
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.recommender import MemberList

# What a model reads of a list. Planned titles were not watched; a title dropped without a score says nothing good.
EXPERIENCED = ~Q(status=EntryStatus.PLANNED) & ~Q(status=EntryStatus.DROPPED, score__isnull=True)


# The id of the title with which the franchise begins: of a list's entry, and of a title.
FRANCHISE = Coalesce("title__franchise_entry", "title")
FRANCHISE_OF_TITLE = Coalesce("franchise_entry", "pk")


def is_experienced(status: str | None, score: int | None) -> bool:
    """EXPERIENCED for an entry that is not in the database."""
    return status != EntryStatus.PLANNED and not (status == EntryStatus.DROPPED and not score)


Columns = tuple[NDArray[np.int64], ...]
BYTES_AT_ONCE = 1 << 22  # of text, before it becomes numbers


def member_lists(items: IdMap, user_ids: list[int]) -> Iterator[tuple[int, int, MemberList]]:
    """(user_id, list_version, list) of each of these members, in four reads for all of them at the most.

    The version is read first: a list that changes meanwhile makes a row that counts as older than it.
    """
    members = list(User.objects.filter(pk__in=user_ids).order_by("pk").values_list("pk", "list_version", "shows_adult"))
    entries = copy_columns(
        ListEntry.objects.filter(user__in=user_ids)
        .order_by("user_id", "title_id")
        .values_list("user_id", "title_id", Coalesce("score", 0), flag(EXPERIENCED), FRANCHISE),
        width=5,
    )
    hidden = copy_columns(
        HiddenTitle.objects.filter(user__in=user_ids).order_by("user_id").values_list("user_id", "title_id", FRANCHISE),
        width=3,
    )
    parts = known_parts(items, (entries[1], entries[4]), (hidden[1], hidden[2]))
    for user_id, list_version, shows_adult in members:
        titles, scores, experienced, franchises = _rows_of(user_id, entries)
        hidden_titles, hidden_franchises = _rows_of(user_id, hidden)
        own = member_list(items, titles, scores, experienced > 0, hidden_titles, shows_adult)
        on_list = np.concatenate([own.on_list, begun(items, titles, franchises, parts)])
        hidden_index = np.concatenate([own.hidden, begun(items, hidden_titles, hidden_franchises, parts)])
        yield user_id, list_version, replace(own, on_list=on_list, hidden=hidden_index)


def member_list(
    items: IdMap,
    title_ids: NDArray[np.integer],
    scores: NDArray[np.integer],
    experienced: NDArray[np.bool_],
    hidden_ids: NDArray[np.integer],
    shows_adult: bool,
) -> MemberList:
    """Title ids → the model's indices; titles that the model does not know are left out."""
    index, hidden = items.index_of(title_ids), items.index_of(hidden_ids)
    known = index >= 0
    read = known & experienced
    return MemberList(index[read], scores[read].astype(np.float32), index[known], hidden[hidden >= 0], shows_adult)


def known_parts(items: IdMap, *lists: Columns) -> Columns:
    """(franchise ids, in order; indices): of each franchise of a title that the model does not know, a part that it
    knows.

    lists: of each, (title ids, ids of their franchises).
    """
    wanted = np.unique(
        np.concatenate([franchises[items.index_of(titles) < 0] for titles, franchises in lists])
    ).tolist()
    if not wanted:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    of_franchises = Title.objects.filter(Q(franchise_entry__in=wanted) | Q(pk__in=wanted)).order_by()
    franchises, pks = copy_columns(of_franchises.values_list(FRANCHISE_OF_TITLE, "pk"), width=2)
    index = items.index_of(pks)
    known, first = np.unique(franchises[index >= 0], return_index=True)
    return known, index[index >= 0][first]


def begun(
    items: IdMap, title_ids: NDArray[np.integer], franchise_ids: NDArray[np.integer], parts: Columns
) -> NDArray[np.integer]:
    """For titles that the model does not know a part of their franchises that it knows: those stay away as well."""
    known, index = parts
    return index[np.isin(known, franchise_ids[items.index_of(title_ids) < 0])]


def franchises_of(title_ids: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(title ids, ids of their franchises) of those of these titles that there are."""
    titles = Title.objects.filter(pk__in=title_ids.tolist()).order_by()
    pks, franchises = copy_columns(titles.values_list("pk", FRANCHISE_OF_TITLE), width=2)
    return pks, franchises


def flag(condition: Q) -> Case:
    """1 where the condition holds, else 0."""
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def copy_columns(rows: QuerySet, width: int) -> Columns:
    """A queryset of `width` columns of whole numbers as arrays, streamed by COPY: no Python object per number."""
    sql, params = rows.query.sql_with_params()
    text, parts = bytearray(), [np.zeros(0, dtype=np.int64)]
    with connection.cursor() as cursor:
        statement = f"COPY ({cursor.mogrify(sql, params)}) TO STDOUT (DELIMITER ' ')"
        with cursor.copy(statement) as copy:
            for line in copy:
                text += line
                if len(text) > BYTES_AT_ONCE:
                    parts.append(_numbers(text))
                    text.clear()
    return tuple(np.concatenate([*parts, _numbers(text)]).reshape(-1, width).T)


def _numbers(text: bytearray) -> NDArray[np.int64]:
    return np.fromstring(bytes(text), dtype=np.int64, sep=" ")


def _rows_of(user_id: int, columns: Columns) -> Columns:
    """The other columns' rows where the first, which is ordered, holds this user."""
    users, *others = columns
    rows = slice(*np.searchsorted(users, [user_id, user_id + 1]))
    return tuple(column[rows] for column in others)
