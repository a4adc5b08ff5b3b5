"""Restricts recommendations to sets of titles, before the top n are taken so that lists stay full."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalog.browse.filters import TitleFilter
from catalog.franchises.grouping import BEGINNINGS
from catalog.index.seasons import season_number
from catalog.index.titles import CHOICES, title_index
from catalog.models.titles import Medium, viewing_class
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.ranking import PUBLISHED, TitleRules
from recommendations.engine.recommender import Recommender
from recommendations.models import Mood
from recommendations.serving.readers import Reader

LED_TO = 60  # titles a favourite supports most, from which the member's best matches are recommended
GEM_SHARE = 0.6  # of the titles with the minimum audience, the share with the smallest audiences
GEM_BELOW_MEAN = 0.25  # points: lesser-known titles are a risk, worth it for those the member should like
FITS = 1 - 1e-9  # minimum sum of a mood's weights for a title to match; 1, with float tolerance
NOT_FILTERS = {"sort"}  # filter form fields that don't restrict titles


@dataclass(frozen=True)
class Choice:
    """The titles to recommend from.

    title_ids: (n,) in any order. key: cache key of the restriction; empty: don't cache. below_mean: how many points a
    title's expected score may be below the member's mean score; None: any number.
    """

    title_ids: NDArray[np.int64]
    key: str = ""
    below_mean: float | None = None

    def among(self, items: IdMap) -> NDArray[np.bool_]:
        """Return an (n_items,) mask of the model's titles."""
        at = items.index_of(self.title_ids)
        mask = np.zeros(len(items), dtype=bool)
        mask[at[at >= 0]] = True
        return mask


def within_age_limit(choice: Choice | None, reader: Reader) -> Choice | None:
    """Return the choice limited to the reader's age class, since scores ignore age limits."""
    if reader.member is None or not reader.member.age_limit:
        return choice
    index = title_index()
    visible = index.ids[index.visible_to(reader.member)]
    limit = viewing_class(reader.member)
    if choice is None:
        return Choice(visible, limit)
    key = choice.key and f"{choice.key}:{limit}"
    return replace(choice, title_ids=np.intersect1d(choice.title_ids, visible), key=key)


def filtered(filters: TitleFilter) -> Choice | None:
    """Return the titles that match the filters, or None if no filter is set. Invalid values are form errors."""
    matches = filters.qs
    values = filters.form.cleaned_data if filters.is_bound else {}
    if all(value in (None, "", []) for name, value in values.items() if name not in NOT_FILTERS):
        return None
    return Choice(matches.ids)


def hidden_gems() -> Choice:
    """Return lesser-known series and films with enough members for a reliable score, which the member should like."""
    index = title_index()
    members = index.numbers["popularity"]
    has_audience = (members >= PUBLISHED.minimum_audience) & index.of_medium(Medium.ANIME)
    most = np.quantile(members[has_audience], GEM_SHARE) if has_audience.any() else 0
    is_main = np.isin(index.codes["format"], [CHOICES["format"].index(value) for value in BEGINNINGS])
    return Choice(index.ids[has_audience & (members <= most) & is_main], "gems", GEM_BELOW_MEAN)


def of_season(year: int, season: str) -> Choice:
    index = title_index()
    first, last = index.seasons
    number = season_number(year, season)
    return Choice(index.ids[(first == number) & (last == number)], f"season:{number}")


def led_to_by(title_id: int, recommender: Recommender, rules: TitleRules) -> Choice:
    """Return the titles that this one supports most, or the most similar ones if the model has no data on it.

    Of a franchise, the title to start with, whichever part is supported.
    """
    (item,) = recommender.items.index_of(np.array([title_id]))
    supported = recommender.led_to_by(item, LED_TO) if item >= 0 else np.zeros(0, dtype=np.int64)
    if item >= 0 and not len(supported) and recommender.alike is not None:
        supported = recommender.alike[item][recommender.alike[item] >= 0]
    entries = rules.entry[supported]
    return Choice(recommender.items.ids[np.unique(entries[entries >= 0])], f"because:{title_id}")


def in_mood(mood: Mood) -> Choice:
    index = title_index()
    fit = np.zeros(len(index.ids))
    for slug, weight in mood.weights.items():
        if slug in index.tags.at:
            fit[index.tags.having(slug)] += weight
    matches_mood = fit >= FITS
    for slug in mood.without:
        if slug in index.tags.at:
            matches_mood &= ~index.tags.having(slug)
    for name, least, most in (
        ("year", mood.year_min, mood.year_max),
        ("length", mood.length_min, mood.length_max),
        ("score", mood.score_min, None),
    ):
        matches_mood &= least is None or index.numbers[name] >= least
        matches_mood &= most is None or index.numbers[name] <= most
    if mood.formats:
        matches_mood &= np.isin(index.codes["format"], [CHOICES["format"].index(value) for value in mood.formats])
    return Choice(index.ids[matches_mood], f"mood:{mood.pk}:{mood.updated_at.timestamp()}")
