"""From the database and the archives to arrays: the only door into the engine."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pyarrow.csv
from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from numpy.typing import NDArray

from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from catalog.external_ids import title_ids_by_mal
from catalog.models import ExternalId
from catalog.models.titles import Medium
from recommendations import archives
from recommendations.engine.interactions import IdMap, Interactions
from recommendations.engine.recommender import MemberList
from recommendations.models import RatingArchive

# What a model reads of a list. Planned titles were not watched; a title dropped without a score says nothing good.
EXPERIENCED = ~Q(status=EntryStatus.PLANNED) & ~Q(status=EntryStatus.DROPPED, score__isnull=True)
RECENT = timedelta(days=30)
ARCHIVE_SPACING = 1 << 40  # the first archive's user ids stay as they are; the next one's start here

Columns = tuple[NDArray[np.int64], ...]


@dataclass(frozen=True)
class TrainingData:
    """interactions: over title ids; members of the site have negative user ids. skipped: rows of unknown titles."""

    interactions: Interactions
    fingerprint: str
    skipped: int


def training_data(*, include_synthetic: bool = False) -> TrainingData:
    """Every rating the site may train on: its members' lists and all archives. Raises archives.ArchiveError."""
    parts = [_site_rows(include_synthetic), *_archive_rows()]
    users, titles, scores, recent = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    known = titles > 0
    rows = Interactions.from_ids(users[known], titles[known], scores[known], recent[known] > 0)
    rows = replace(
        rows,
        users=IdMap(rows.users.ids, _user_keys(rows.users.ids)),
        items=IdMap(rows.items.ids, _title_keys(rows.items.ids)),
    )
    return TrainingData(rows, _fingerprint(rows), int((~known).sum()))


def member_lists(items: IdMap, user_ids: list[int]) -> Iterator[tuple[int, int, MemberList]]:
    """(user_id, list_version, list) of each of these members, in three reads for all of them.

    The version is read first: a list that changes meanwhile makes a row that counts as older than it.
    """
    members = list(User.objects.filter(pk__in=user_ids).order_by("pk").values_list("pk", "list_version", "shows_adult"))
    entries = _copy(
        ListEntry.objects.filter(user__in=user_ids)
        .order_by("user_id", "title_id")
        .values_list("user_id", "title_id", Coalesce("score", 0), _flag(EXPERIENCED)),
        width=4,
    )
    hidden = _copy(
        HiddenTitle.objects.filter(user__in=user_ids).order_by("user_id").values_list("user_id", "title_id"), width=2
    )
    for user_id, list_version, shows_adult in members:
        titles, scores, experienced = _rows_of(user_id, entries)
        (hidden_titles,) = _rows_of(user_id, hidden)
        yield user_id, list_version, member_list(items, titles, scores, experienced > 0, hidden_titles, shows_adult)


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


def _site_rows(include_synthetic: bool) -> Columns:
    entries = ListEntry.objects.filter(EXPERIENCED)
    if not include_synthetic:
        entries = entries.filter(user__is_synthetic=False)
    recent = _flag(Q(updated_at__gte=timezone.now() - RECENT))
    users, titles, scores, recent_rows = _copy(
        entries.order_by().values_list("user_id", "title_id", Coalesce("score", 0), recent), width=4
    )
    return -users, titles, scores, recent_rows


def _archive_rows() -> Iterator[Columns]:
    title_of = title_ids_by_mal()
    mal_ids = np.array(sorted(title_of), dtype=np.int64)
    title_ids = np.array([title_of[mal_id] for mal_id in mal_ids.tolist()], dtype=np.int64)
    index = IdMap(mal_ids)
    for archive in RatingArchive.objects.order_by("pk"):
        users, mal, scores = archives.read(archive)
        at = index.index_of(mal)
        titles = np.where(at >= 0, title_ids[at] if len(title_ids) else 0, 0)
        yield users + (archive.pk - 1) * ARCHIVE_SPACING, titles, scores, np.zeros_like(titles)


def _user_keys(user_ids: NDArray[np.int64]) -> list[str]:
    """Archives' users hash by the number they had there, members by their own."""
    return [str(i % ARCHIVE_SPACING) if i >= 0 else f"member{i}" for i in user_ids.tolist()]


def _title_keys(title_ids: NDArray[np.int64]) -> list[str]:
    """MAL ids where there are any, so that the split is the same on every site."""
    rows = ExternalId.objects.filter(provider=ExternalId.Provider.MAL, medium=Medium.ANIME)
    mal_id_of = dict(rows.values_list("title_id", "value"))
    return [mal_id_of.get(i, f"title{i}") for i in title_ids.tolist()]


def _fingerprint(rows: Interactions) -> str:
    digest = hashlib.sha256()
    for array in (rows.users.ids, rows.items.ids, rows.user_index, rows.item_index, rows.score):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _copy(rows: QuerySet, width: int) -> Columns:
    """A queryset of `width` integer columns as arrays, streamed by COPY: no Python object per row."""
    sql, params = rows.query.sql_with_params()
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        statement = f"COPY ({cursor.mogrify(sql, params)}) TO STDOUT (FORMAT csv)"
        with cursor.copy(statement) as copy:
            for chunk in copy:
                buffer.write(chunk)
    if not buffer.tell():
        return tuple(np.zeros(0, dtype=np.int64) for _ in range(width))
    buffer.seek(0)
    options = pyarrow.csv.ReadOptions(column_names=[str(column) for column in range(width)])
    return tuple(column.to_numpy() for column in pyarrow.csv.read_csv(buffer, read_options=options).columns)


def _rows_of(user_id: int, columns: Columns) -> Columns:
    """The other columns' rows where the first, which is ordered, holds this user."""
    users, *others = columns
    rows = slice(*np.searchsorted(users, [user_id, user_id + 1]))
    return tuple(column[rows] for column in others)
