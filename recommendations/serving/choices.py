"""Restrictions of a list to certain titles, applied before the top is taken so that the list stays full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.browse.filters import TitleFilter
from catalog.index.seasons import season_number
from catalog.index.titles import CHOICES, title_index
from catalog.models.titles import viewing_class
from recommendations.engine.data.interactions import IdMap
from recommendations.engine.ranking import PUBLISHED
from recommendations.engine.recommender import Recommender
from recommendations.models import Mood
from recommendations.serving.readers import Reader

LED_TO = 60  # titles that a favourite speaks for most: of them, those that suit the member best
GEM_SHARE = 0.6  # of the titles known well enough to be suggested, those with the smaller audiences
FITS = 1 - 1e-9  # the sum of a mood's weights from which on a title fits
CHOOSE_NOTHING = {"sort"}  # parameters of the filters


@dataclass(frozen=True)
class Choice:
    """Titles to choose from. title_ids: (n,) IDs in any order. key: cache key of the restriction (empty: don't
    cache)."""

    title_ids: NDArray[np.int64]
    key: str = ""

    def among(self, items: IdMap) -> NDArray[np.bool_]:
        """(n_items,) mask of the model's titles."""
        at = items.index_of(self.title_ids)
        mask = np.zeros(len(items), dtype=bool)
        mask[at[at >= 0]] = True
        return mask


def within_age_limit(choice: Choice | None, reader: Reader) -> Choice | None:
    """Apply the reader's age limit. Scores ignore it, so titles are removed before the top is taken."""
    if reader.member is None or not reader.member.age_limit:
        return choice
    index = title_index()
    visible = index.ids[index.visible_to(reader.member)]
    limit = viewing_class(reader.member)
    if choice is None:
        return Choice(visible, limit)
    return Choice(np.intersect1d(choice.title_ids, visible), choice.key and f"{choice.key}:{limit}")


def filtered(filters: TitleFilter) -> Choice | None:
    """Return the titles that match the filters, or None if no filter is set. Invalid values are form errors."""
    found = filters.qs
    chosen = filters.form.cleaned_data if filters.is_bound else {}
    if all(value in (None, "", []) for name, value in chosen.items() if name not in CHOOSE_NOTHING):
        return None
    return Choice(found.ids)


def hidden_gems() -> Choice:
    """Titles that few people know, but enough to say that they are good."""
    index = title_index()
    members = index.numbers["members"]
    known = members >= PUBLISHED.minimum_audience
    most = np.quantile(members[known], GEM_SHARE) if known.any() else 0
    return Choice(index.ids[known & (members <= most)], "gems")


def of_season(year: int, season: str) -> Choice:
    index = title_index()
    first, last = index.seasons
    number = season_number(year, season)
    return Choice(index.ids[(first == number) & (last == number)], f"season:{number}")


def led_to_by(title_id: int, recommender: Recommender) -> Choice:
    """What a title that was watched and liked speaks for most; where nothing is known of that, what is most like it."""
    (item,) = recommender.items.index_of(np.array([title_id]))
    found = recommender.led_to_by(item, LED_TO) if item >= 0 else np.zeros(0, dtype=np.int64)
    if item >= 0 and not len(found) and recommender.alike is not None:
        found = recommender.alike[item][recommender.alike[item] >= 0]
    return Choice(recommender.items.ids[found], f"because:{title_id}")


def in_mood(mood: Mood) -> Choice:
    index = title_index()
    fit = np.zeros(len(index.ids))
    for slug, weight in mood.weights.items():
        if slug in index.tags.at:
            fit[index.tags.having(slug)] += weight
    fits = fit >= FITS
    for slug in mood.without:
        if slug in index.tags.at:
            fits &= ~index.tags.having(slug)
    for name, least, most in (
        ("year", mood.year_min, mood.year_max),
        ("length", mood.length_min, mood.length_max),
        ("score", mood.score_min, None),
    ):
        fits &= least is None or index.numbers[name] >= least
        fits &= most is None or index.numbers[name] <= most
    if mood.formats:
        fits &= np.isin(index.codes["format"], [CHOICES["format"].index(value) for value in mood.formats])
    return Choice(index.ids[fits], f"mood:{mood.pk}:{mood.updated_at.timestamp()}")
