from __future__ import annotations

from catalog.models import Title
from recommendations.serving import RecommendationList


def shown(found: RecommendationList) -> list[Title]:
    return [item.title for item in found.items]
