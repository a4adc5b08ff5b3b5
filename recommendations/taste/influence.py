"""Titles of a list that influence its recommendations most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.models import User
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.serving import recommend_for
from recommendations.taste.lists import ListInModel

AMONG = 50  # recommendations to explain
MOST = 8


@dataclass(frozen=True)
class Influence:
    """A title's share, 0–1, of all positive contributions to the member's recommendations."""

    title: Title
    share: float


def most_influential(member: User, read: ListInModel | None) -> list[Influence]:
    """Return visible titles by descending influence; empty without a model or titles it knows."""
    if read is None:
        return []
    recommender, own = read
    targets = recommender.items.index_of(
        np.array([item.title.pk for item in recommend_for(member, AMONG).items], dtype=int)
    )
    targets = targets[targets >= 0]
    if not len(own.items) or not len(targets):
        return []
    shares = recommender.influence(own, targets)
    order = np.argsort(-shares, kind="stable")[: 2 * MOST]
    ids = recommender.items.ids[own.items[order]].tolist()
    may_see = set(Title.objects.visible_to(member).filter(pk__in=ids).order_by().values_list("pk", flat=True))
    cards = title_cards(ids)
    influences = [
        Influence(cards[pk], float(share))
        for pk, share in zip(ids, shares[order], strict=True)
        if pk in may_see and share > 0
    ]
    return influences[:MOST]
