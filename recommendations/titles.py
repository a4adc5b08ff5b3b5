"""What ranking must know of the model's titles, read from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from catalog.models import Title
from catalog.versioning import catalogue_version
from recommendations.engine.interactions import IdMap
from recommendations.engine.ranking import TitleRules
from recommendations.models import ModelVersion


def title_rules(items: IdMap) -> TitleRules:
    """The rules for the titles of `items`; a title that is no longer in the catalogue is never recommendable."""
    recommendable = np.zeros(len(items), dtype=bool)
    adult = np.zeros(len(items), dtype=bool)
    entry_ids = items.ids.copy()

    pks, is_adult = _columns(Title.objects.recommendable().values_list("pk", "is_adult"))
    at = items.index_of(pks)
    recommendable[at[at >= 0]] = True
    adult[at[at >= 0]] = is_adult[at >= 0]

    pks, entries = _columns(Title.objects.exclude(franchise_entry=None).values_list("pk", "franchise_entry_id"))
    at = items.index_of(pks)
    entry_ids[at[at >= 0]] = entries[at >= 0]

    _, franchise = np.unique(entry_ids, return_inverse=True)
    entry = items.index_of(entry_ids)
    return TitleRules(recommendable, adult, franchise, np.where(entry >= 0, entry, np.arange(len(items))))


def _columns(rows: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """(2, n): pairs of numbers as two columns."""
    return np.array(list(rows), dtype=np.int64).reshape(-1, 2).T


_current: dict[tuple[int, str], TitleRules] = {}  # at most one: the rules of the last version and catalogue asked for


def current_rules(version: ModelVersion, items: IdMap) -> TitleRules:
    """`title_rules` of the version's titles, kept in this process until the catalogue or the version changes."""
    key = (version.pk, catalogue_version())
    if key not in _current:
        rules = title_rules(items)
        _current.clear()
        _current[key] = rules
    return _current[key]
