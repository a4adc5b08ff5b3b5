"""A season's titles ranked for a reader; unreleased titles are ranked by genre and theme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from catalog.index.seasons import SEASONS
from catalog.index.titles import title_index
from catalog.models import Title
from catalog.models.titles import entry_point
from catalog.titles.cards import title_cards
from recommendations.artifact_store import readable_recommender
from recommendations.models import ModelVersion
from recommendations.serving.choices import of_season
from recommendations.serving.readers import Reader
from recommendations.serving.series import next_part_ids


@dataclass(frozen=True)
class SeasonTitle:
    """suits: percentile rank, 0–1, among all titles for this reader; None if unknown."""

    title: Title
    suits: float | None


def season_of(day: date) -> tuple[int, str]:
    return day.year, SEASONS[(day.month - 1) // 3]


def season_ranking(reader: Reader, year: int, season: str, *, new_only: bool = False) -> list[SeasonTitle]:
    """Return the season's titles that the reader can start or continue, best matches first, unknown ones last.

    Titles whose earlier part the reader hasn't seen are left out. new_only: also those that the reader has listed or
    hidden, or whose franchise they have started, unless it is the next part of it.
    """
    next_parts = next_part_ids(reader.member) if reader.member else []
    in_season = Title.objects.filter(pk__in=of_season(year, season).title_ids.tolist()).visible_to(reader.member)
    if new_only:
        startable = reader.showable().exclude(reader.in_started_franchise())
        titles = in_season.recommendable().filter(Q(pk__in=startable.order_by().values("pk")) | Q(pk__in=next_parts))
    else:
        titles = in_season.filter(entry_point() | Q(pk__in=next_parts) | reader.has_taken_up())
    ids = np.array(list(titles.order_by("-popularity", "pk").values_list("pk", flat=True)), dtype=int)
    suits = _suits(reader, ids)
    order = np.argsort(-np.nan_to_num(suits, nan=-1), kind="stable")
    cards = title_cards(ids.tolist())
    return [
        SeasonTitle(cards[pk], None if np.isnan(share) else share)
        for pk, share in zip(ids[order].tolist(), suits[order].tolist(), strict=True)
        if pk in cards
    ]


def _suits(reader: Reader, title_ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (n,) values of `SeasonTitle.suits`, NaN if unknown.

    Titles that the model doesn't know get the mean of their tags, over the titles it knows.
    """
    recommender = readable_recommender(ModelVersion.active())
    own = reader.own_list(recommender.items) if recommender else None
    if recommender is None or own is None or not len(own.items):
        return np.full(len(title_ids), np.nan)
    known = recommender.suits(own)
    at = recommender.items.index_of(title_ids)
    return np.where(at >= 0, known[at], _by_tags(recommender.items.ids, known, title_ids))


def _by_tags(known_ids: NDArray[np.int64], suits: NDArray[np.floating], title_ids: NDArray[np.int64]) -> NDArray:
    """Return each title's mean over its tags of what known titles with the tag are worth: (n,), NaN without any."""
    index = title_index()
    tags = index.tags
    of_title = np.full(len(index.ids), np.nan)
    is_indexed = np.isin(known_ids, index.ids) & np.isfinite(suits)
    of_title[np.searchsorted(index.ids, known_ids[is_indexed])] = suits[is_indexed]
    is_known = np.isfinite(of_title)[tags.title_of]
    of_tag = _means(tags.term_of[is_known], of_title[tags.title_of[is_known]], len(tags.terms))
    is_used = np.isfinite(of_tag)[tags.term_of]
    by_tags = _means(tags.title_of[is_used], of_tag[tags.term_of[is_used]], len(index.ids))
    places = np.searchsorted(index.ids, title_ids).clip(max=max(len(index.ids) - 1, 0))
    return np.where(index.ids[places] == title_ids, by_tags[places], np.nan)


def _means(groups: NDArray[np.integer], values: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Return the (n,) mean of the values of each group, NaN for empty ones."""
    counts = np.bincount(groups, minlength=n)
    return np.divide(np.bincount(groups, values, n), counts, out=np.full(n, np.nan), where=counts > 0)
