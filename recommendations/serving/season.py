"""A season's titles ranked for a reader; unreleased titles are ranked by genre and theme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from catalog.index.seasons import SEASONS
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.artifact_store import readable_recommender
from recommendations.models import ModelVersion
from recommendations.serving.choices import of_season
from recommendations.serving.readers import Reader


@dataclass(frozen=True)
class SeasonTitle:
    """suits: percentile rank, 0–1, among all titles for this reader; None if unknown."""

    title: Title
    suits: float | None


def season_of(day: date) -> tuple[int, str]:
    return day.year, SEASONS[(day.month - 1) // 3]


def season_ranking(reader: Reader, year: int, season: str, *, new_only: bool = False) -> list[SeasonTitle]:
    """Return the season's titles that the reader may see, best matches first. Titles without a score come last.

    new_only: only recommendable titles, from franchises the reader hasn't started or hidden.
    """
    if new_only:
        titles = reader.showable().exclude(reader.in_started_franchise())
    else:
        titles = Title.objects.visible_to(reader.member)
    in_season = of_season(year, season).title_ids.tolist()
    ids = np.array(
        list(titles.filter(pk__in=in_season).order_by("-popularity", "pk").values_list("pk", flat=True)), dtype=int
    )
    suits = _suits(reader, ids)
    order = np.argsort(-np.nan_to_num(suits, nan=-1), kind="stable")
    cards = title_cards(ids.tolist())
    return [
        SeasonTitle(cards[pk], None if np.isnan(share) else share)
        for pk, share in zip(ids[order].tolist(), suits[order].tolist(), strict=True)
        if pk in cards
    ]


def _suits(reader: Reader, title_ids: np.ndarray) -> np.ndarray:
    """Return (n,) values of `SeasonTitle.suits`, NaN if unknown."""
    suits = np.full(len(title_ids), np.nan)
    recommender = readable_recommender(ModelVersion.active())
    if recommender is None:
        return suits
    own = reader.own_list(recommender.items)
    if len(own.items):
        at = recommender.items.index_of(title_ids)
        suits[at >= 0] = recommender.suits(own)[at[at >= 0]]
    return suits
