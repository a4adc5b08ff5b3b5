"""Picks a random recommendation, favouring the best matches."""

from __future__ import annotations

import random
from collections.abc import Collection

from recommendations.serving.choices import Choice
from recommendations.serving.ladder import Recommendation, recommend
from recommendations.serving.readers import Reader

AMONG = 100  # best titles
HALF_LIFE = 20  # a title this many places further down is half as likely


def surprise(
    reader: Reader, *, choice: Choice | None = None, without: Collection[int] = (), chance: random.Random | None = None
) -> Recommendation | None:
    """Return a random recommendation, or None if there are none. without: title ids to avoid if possible."""
    items = recommend(reader, AMONG, choice=choice).items
    items = tuple(item for item in items if item.title.pk not in without) or items
    if not items:
        return None
    weights = [0.5 ** (place / HALF_LIFE) for place in range(len(items))]
    return (chance or random.Random()).choices(items, weights)[0]
