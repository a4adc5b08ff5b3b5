"""Which titles of a list move its recommendations most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.models import User
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.artifact_store import readable_recommender
from recommendations.models import ModelVersion
from recommendations.serving import Reader, recommend_for

AMONG = 50  # recommendations
MOST = 8


@dataclass(frozen=True)
class Influence:
    """share: the part, 0–1, of all that speaks for the member's recommendations that comes from this title."""

    title: Title
    share: float


def most_influential(member: User) -> list[Influence]:
    """First what moves most; nothing without a model or a list that it knows. Only what the member may see is named."""
    recommender = readable_recommender(ModelVersion.active())
    if recommender is None:
        return []
    own = Reader(member).own_list(recommender.items)
    shown = recommender.items.index_of(
        np.array([item.title.pk for item in recommend_for(member, AMONG).items], dtype=int)
    )
    shown = shown[shown >= 0]
    if not len(own.items) or not len(shown):
        return []
    shares = recommender.influence(own, shown)
    order = np.argsort(-shares, kind="stable")[: 2 * MOST]
    ids = recommender.items.ids[own.items[order]].tolist()
    may_see = set(Title.objects.visible_to(member).filter(pk__in=ids).order_by().values_list("pk", flat=True))
    cards = title_cards(ids)
    found = [
        Influence(cards[pk], float(share))
        for pk, share in zip(ids, shares[order], strict=True)
        if pk in may_see and share > 0
    ]
    return found[:MOST]
