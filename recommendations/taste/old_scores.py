"""High scores of long ago that don't go with what a member has watched since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from accounts.models import ListEntry, User
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.engine.member_list import MemberList
from recommendations.engine.recency.weights import YEAR
from recommendations.models import KeptScore
from recommendations.taste.lists import ListInModel

HIGH = 8  # scores that are asked about
OLD = 2.0  # years before the latest title
LOWER = 1.5  # points below the score
ASKED = 3  # at once
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class OldScore:
    """score: 1–10, as given in `year`. expected: what the rest of the list, the latest titles above all, suggests."""

    title: Title
    score: int
    year: int
    expected: float


def old_scores(member: User, read: ListInModel | None) -> list[OldScore]:
    """Return the scores that differ most from what they are expected to be, and weren't confirmed."""
    if read is None or read.own.days is None:
        return []
    recommender, own = read
    at = np.flatnonzero(_is_old_and_high(own, read.own.days))
    expected = recommender.expected(own.without(own.items[at]), own.items[at])
    ids = recommender.items.ids[own.items[at]].tolist()
    kept = set(KeptScore.objects.filter(user=member).values_list("title_id", flat=True))
    lower = own.scores[at] - expected
    asked = [i for i in np.argsort(-lower, kind="stable") if lower[i] >= LOWER and ids[i] not in kept][:ASKED]
    visible = ListEntry.objects.own(member).filter(title__in=[ids[i] for i in asked], score__isnull=False)
    cards = title_cards(list(visible.values_list("title", flat=True)))
    return [
        OldScore(cards[ids[i]], int(own.scores[at[i]]), _year(read.own.days[at[i]]), float(expected[i]))
        for i in asked
        if ids[i] in cards
    ]


def keep(member: User, title: Title) -> None:
    """Don't ask about this score again."""
    KeptScore.objects.get_or_create(user=member, title=title)


def _is_old_and_high(own: MemberList, days: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (own.scores >= HIGH) & (days <= np.nanmax(days) - OLD * YEAR)


def _year(day: float) -> int:
    return (EPOCH + timedelta(days=int(day))).year
