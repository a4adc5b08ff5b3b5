"""Titles whose synopses are nearest to a title's."""

from __future__ import annotations

from itertools import islice

from catalog.meaning import nearest, vector_index
from catalog.models import Title, TitleText
from catalog.vectors import neighbours
from catalog.viewers import Viewer

CANDIDATES = 120  # some are invisible to the viewer, or parts of the same franchise


def alike(title: Title, viewer: Viewer, limit: int) -> list[Title]:
    """Return visible titles with the most similar synopses, one of each franchise and none of the title's own."""
    vector = TitleText.objects.filter(title=title).values_list("vector", flat=True).first()
    if not vector or not vector_index.is_available():
        return []
    nearest_ids = [pk for pk, _ in nearest.nearest_descriptions(vector, CANDIDATES)]
    return list(islice(neighbours(title, nearest_ids, viewer), limit))
