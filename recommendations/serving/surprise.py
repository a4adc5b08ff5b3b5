"""One title by chance: the better it suits, the likelier."""

from __future__ import annotations

import random
from collections.abc import Collection

from recommendations.serving.choices import Choice
from recommendations.serving.ladder import Recommendation, recommend
from recommendations.serving.readers import Reader

AMONG = 100  # of the best
HALF_LIFE = 20  # places after which a title is half as likely


def surprise(
    reader: Reader, *, choice: Choice | None = None, without: Collection[int] = (), chance: random.Random | None = None
) -> Recommendation | None:
    """None when there is nothing to choose from. without: what was shown last, where there is something else."""
    items = recommend(reader, AMONG, choice=choice).items
    items = tuple(item for item in items if item.title.pk not in without) or items
    if not items:
        return None
    weights = [0.5 ** (place / HALF_LIFE) for place in range(len(items))]
    return (chance or random.Random()).choices(items, weights)[0]
