"""Loads the ranking rules of the model's titles from the catalogue."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from numpy.typing import NDArray

from anirec.lib.database.columns import copy_columns, flag
from catalog.models import Tag, Title
from catalog.models.titles import Status
from catalog.versioning import catalogue_version
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.ranking import TitleRules
from recommendations.models import ModelVersion

NEW_YEARS = 1  # titles of this and last year have had no time to find an audience


def title_rules(items: IdMap) -> TitleRules:
    """Return the rules for the titles of `items`. Titles no longer in the catalogue are not recommendable."""
    rows = Title.objects.recommendable().order_by().values_list(
        "pk", flag(Q(is_adult=True)), flag(_is_new()), Cast("popularity", BigIntegerField()),
        Coalesce(F("episodes") * F("episode_seconds") / 60, -1),
    )  # fmt: skip
    pks, *columns = copy_columns(rows, width=5)
    at = items.index_of(pks)
    recommendable = np.zeros(len(items), dtype=bool)
    recommendable[at[at >= 0]] = True
    adult, is_new, members, minutes = (_spread(column, at, len(items)) for column in columns)
    franchise, entry = _franchises(items)
    return TitleRules(
        recommendable=recommendable,
        adult=adult > 0,
        franchise=franchise,
        entry=entry,
        audience=np.where(members > 0, members, np.nan),
        is_new=is_new > 0,
        minutes=np.where(minutes >= 0, minutes, np.nan),
        genres=_genres(items),
    )


def _is_new() -> Q:
    since = timezone.now().year - NEW_YEARS
    return Q(status=Status.AIRING) | Q(season_year__gte=since) | Q(started_on__gte=str(since))


def _spread(values: NDArray[np.int64], at: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    """Return a (length,) array with the values at indices `at`, 0 elsewhere; -1 drops the value."""
    spread = np.zeros(length)
    spread[at[at >= 0]] = values[at >= 0]
    return spread


def _franchises(items: IdMap) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return `franchise` and `entry` of `TitleRules`."""
    parts = Title.objects.exclude(franchise_entry=None).order_by()
    pks, entries = copy_columns(parts.values_list("pk", "franchise_entry_id"), width=2)
    at = items.index_of(pks)
    entry_ids = items.ids.copy()
    entry_ids[at[at >= 0]] = entries[at >= 0]
    _, franchise = np.unique(entry_ids, return_inverse=True)
    return franchise, items.index_of(entry_ids)


def _genres(items: IdMap) -> sp.csr_matrix:
    tagged = Title.tags.through.objects.filter(tag__kind=Tag.Kind.GENRE).order_by()
    pks, tags = copy_columns(tagged.values_list("title_id", "tag_id"), width=2)
    at = items.index_of(pks)
    genres, genre = np.unique(tags[at >= 0], return_inverse=True)
    rows = at[at >= 0]
    count = np.bincount(rows, minlength=len(items))
    return sp.csr_matrix((1 / count[rows], (rows, genre)), shape=(len(items), len(genres)))


_current: dict[tuple[int, str], TitleRules] = {}  # at most one: of the last version and catalogue requested


def current_rules(version: ModelVersion, items: IdMap) -> TitleRules:
    """Return `title_rules` of the version's titles, cached in this process until the catalogue or version changes."""
    key = (version.pk, catalogue_version())
    if key not in _current:
        rules = title_rules(items)
        _current.clear()
        _current[key] = rules
    return _current[key]
