"""Loads training data from the database and the rating archives into arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from numpy.typing import NDArray

from accounts.models import ListEntry
from anirec.lib.database.columns import copy_columns, flag
from anirec.lib.storage.replica import replica
from catalog.models import ExternalId
from catalog.models.titles import Medium
from catalog.titles.external_ids import title_ids_by_mal
from recommendations.engine.data.interactions import IdMap, IntArray, Interactions
from recommendations.inputs import rating_archives as archives
from recommendations.inputs.member_lists import EXPERIENCED
from recommendations.models import RatingArchive

RECENT = timedelta(days=30)
ARCHIVE_SPACING = 1 << 40  # offset of user ids per archive; the first archive's stay unchanged
Rows = tuple[IntArray, IntArray, IntArray, NDArray[np.bool_]]  # user ids, title ids (0: unknown), scores, recent


@dataclass(frozen=True)
class TrainingData:
    """interactions: over title ids; site members have negative user ids. skipped: number of rows of unknown titles."""

    interactions: Interactions
    fingerprint: str
    skipped: int


def training_data(*, include_synthetic: bool = False) -> TrainingData:
    """Return all training ratings: members' lists and all archives. Raises archives.ArchiveError."""
    parts = [_site_rows(include_synthetic), *_archive_rows()]
    users, titles, scores, recent = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    del parts
    is_known = titles > 0
    rows = Interactions.from_ids(users[is_known], titles[is_known], scores[is_known], recent[is_known])
    rows = replace(
        rows,
        users=IdMap(rows.users.ids, _user_keys(rows.users.ids)),
        items=IdMap(rows.items.ids, _title_keys(rows.items.ids)),
    )
    return TrainingData(rows, rows.fingerprint(), int((~is_known).sum()))


def _site_rows(include_synthetic: bool) -> Rows:
    entries = ListEntry.objects.using(replica()).filter(EXPERIENCED, title__medium=Medium.ANIME)
    if not include_synthetic:
        entries = entries.filter(user__is_synthetic=False)
    recent = flag(Q(updated_at__gte=timezone.now() - RECENT))
    users, titles, scores, recent_rows = copy_columns(
        entries.order_by().values_list("user_id", "title_id", Coalesce("score", 0), recent), width=4
    )
    return _narrow(-users, titles, scores, recent_rows)


def _archive_rows() -> Iterator[Rows]:
    title_of = title_ids_by_mal()
    mal_ids = np.array(sorted(title_of), dtype=np.int64)
    title_ids = np.array([title_of[mal_id] for mal_id in mal_ids.tolist()], dtype=np.int64)
    index = IdMap(mal_ids)
    for archive in RatingArchive.objects.order_by("pk"):
        users, mal, scores = archives.read(archive)
        at = index.index_of(mal)
        titles = np.where(at >= 0, title_ids[at] if len(title_ids) else 0, 0)
        yield _narrow(users + (archive.pk - 1) * ARCHIVE_SPACING, titles, scores, np.zeros(len(users), dtype=bool))


def _narrow(users: IntArray, titles: IntArray, scores: IntArray, recent: IntArray | NDArray[np.bool_]) -> Rows:
    """Shrink rows from 32 to 14 bytes: there may be a hundred million."""
    return users, titles.astype(np.int32), scores.astype(np.int8), recent.astype(bool)


def _user_keys(user_ids: NDArray[np.int64]) -> list[str]:
    """Return the keys to hash users by: archive users by their id in the archive, members by their negative id."""
    return [str(i % ARCHIVE_SPACING) if i >= 0 else f"member{i}" for i in user_ids.tolist()]


def _title_keys(title_ids: NDArray[np.int64]) -> list[str]:
    """Return the keys to hash titles by: MAL ids if available, so that the split is the same on every site."""
    rows = ExternalId.objects.filter(provider=ExternalId.Provider.MAL, medium=Medium.ANIME)
    current_last = rows.order_by(F("retired_at").asc(nulls_last=True), "pk")
    mal_id_of = dict(current_last.values_list("title_id", "value"))
    return [mal_id_of.get(i, f"title{i}") for i in title_ids.tolist()]
