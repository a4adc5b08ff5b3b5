from __future__ import annotations

from typing import Any

from catalog.models import Title
from recommendations.models import ModelVersion, RatingArchive


def about_the_data() -> dict[str, Any]:
    """Return the data sources of the recommendations, for the about page."""
    return {
        "n_titles": Title.objects.visible_to(None).count(),
        "version": ModelVersion.active(),
        "archives": RatingArchive.objects.order_by("name"),
    }
