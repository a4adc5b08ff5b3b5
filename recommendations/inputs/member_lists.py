"""Loads members' lists as engine input, for precomputed rows and live scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from django.db.models import IntegerField, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from anirec.lib.database.columns import Columns, copy_columns, flag
from catalog.models import Title
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.member_list import MemberList
from recommendations.engine.recency.weights import known_days
from social.review_reading.queries import evidence_of_review

# Entries that models read. Planned titles weren't watched, and titles dropped without a score aren't positive.
EXPERIENCED = ~Q(status=EntryStatus.PLANNED) & ~Q(status=EntryStatus.DROPPED, score__isnull=True)


# The score of an entry; else what the member's review of it reads like, damped; else 0.
EVIDENCE = Coalesce("score", evidence_of_review(), 0)

# The title id of the franchise's entry point: for a list entry, and for a title.
FRANCHISE = Coalesce("title__franchise_entry", "title")
FRANCHISE_OF_TITLE = Coalesce("franchise_entry", "pk")


# The day since 1970 on which an entry was watched: its own date, or when it was made, unless it was one of many on that
# day, as an import's are. A year counts as its first day, a month as its first.
NO_DAY = -(10**6)
DAY = Coalesce(
    RawSQL(
        """CASE WHEN finished_on <> '' THEN rpad(finished_on, 10, '-01-01')::date - '1970-01-01'::date
        WHEN count(*) OVER (PARTITION BY accounts_listentry.user_id, accounts_listentry.created_at::date) <= 10
        THEN accounts_listentry.created_at::date - '1970-01-01'::date END""",
        (),
        output_field=IntegerField(),
    ),
    NO_DAY,
)


def is_experienced(status: str | None, score: int | None) -> bool:
    """Return whether EXPERIENCED holds for an entry that isn't in the database."""
    return status != EntryStatus.PLANNED and not (status == EntryStatus.DROPPED and not score)


def member_lists(items: IdMap, user_ids: list[int]) -> Iterator[tuple[int, int, MemberList]]:
    """Yield (user_id, list_version, list) for each of these members, in at most four queries.

    The version is read first, so that rows computed from a list that changes meanwhile count as outdated.
    """
    members = list(User.objects.filter(pk__in=user_ids).order_by("pk").values_list("pk", "list_version", "shows_adult"))
    entries = copy_columns(
        ListEntry.objects.filter(user__in=user_ids)
        .order_by("user_id", "title_id")
        .values_list("user_id", "title_id", EVIDENCE, flag(EXPERIENCED), FRANCHISE, DAY),
        width=6,
    )
    hidden = copy_columns(
        HiddenTitle.objects.filter(user__in=user_ids).order_by("user_id").values_list("user_id", "title_id", FRANCHISE),
        width=3,
    )
    parts = known_parts(items, (entries[1], entries[4]), (hidden[1], hidden[2]))
    for user_id, list_version, shows_adult in members:
        titles, scores, experienced, franchises, days = _rows_of(user_id, entries)
        hidden_titles, hidden_franchises = _rows_of(user_id, hidden)
        own = member_list(items, titles, scores, experienced > 0, hidden_titles, shows_adult, days)
        on_list = np.concatenate([own.on_list, franchise_stand_ins(items, titles, franchises, parts)])
        hidden_index = np.concatenate([own.hidden, franchise_stand_ins(items, hidden_titles, hidden_franchises, parts)])
        yield user_id, list_version, replace(own, on_list=on_list, hidden=hidden_index)


def member_list(
    items: IdMap,
    title_ids: NDArray[np.integer],
    scores: NDArray[np.integer],
    experienced: NDArray[np.bool_],
    hidden_ids: NDArray[np.integer],
    shows_adult: bool,
    days: NDArray[np.integer] | None = None,
) -> MemberList:
    """Convert title ids to item indices, without titles that the model doesn't know.

    days: when each title was watched, as DAY says.
    """
    index, hidden = items.index_of(title_ids), items.index_of(hidden_ids)
    is_known = index >= 0
    is_input = is_known & experienced
    watched = None if days is None else known_days(np.where(days == NO_DAY, np.nan, days)[is_input])
    return MemberList(
        index[is_input], scores[is_input].astype(np.float32), index[is_known], hidden[hidden >= 0], shows_adult, watched
    )


def known_parts(items: IdMap, *lists: Columns) -> Columns:
    """Return (sorted franchise ids, item indices): one known part of each franchise that has unknown listed titles.

    Known means: the model has the title. lists: (title ids, their franchise ids) of each.
    """
    franchise_ids = np.unique(
        np.concatenate([franchises[items.index_of(titles) < 0] for titles, franchises in lists])
    ).tolist()
    if not franchise_ids:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    of_franchises = Title.objects.filter(Q(franchise_entry__in=franchise_ids) | Q(pk__in=franchise_ids)).order_by()
    franchises, pks = copy_columns(of_franchises.values_list(FRANCHISE_OF_TITLE, "pk"), width=2)
    index = items.index_of(pks)
    distinct, first = np.unique(franchises[index >= 0], return_index=True)
    return distinct, index[index >= 0][first]


def franchise_stand_ins(
    items: IdMap, title_ids: NDArray[np.integer], franchise_ids: NDArray[np.integer], parts: Columns
) -> NDArray[np.integer]:
    """Return item indices that represent the franchises of unknown titles, so that those franchises are excluded too.

    parts: see `known_parts`.
    """
    franchises, index = parts
    return index[np.isin(franchises, franchise_ids[items.index_of(title_ids) < 0])]


def franchises_of(title_ids: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (title ids, their franchise ids) of those titles that exist."""
    titles = Title.objects.filter(pk__in=title_ids.tolist()).order_by()
    pks, franchises = copy_columns(titles.values_list("pk", FRANCHISE_OF_TITLE), width=2)
    return pks, franchises


def _rows_of(user_id: int, columns: Columns) -> Columns:
    """Return this user's rows of the other columns; the first column holds sorted user ids."""
    users, *others = columns
    rows = slice(*np.searchsorted(users, [user_id, user_id + 1]))
    return tuple(column[rows] for column in others)
