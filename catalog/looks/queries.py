"""Titles whose covers look like a title's."""

from __future__ import annotations

from itertools import islice

from django.conf import settings

from catalog.covers.addresses import has_cover
from catalog.looks import vector_index
from catalog.models import CoverLook, Title
from catalog.vectors import neighbours
from catalog.viewers import Viewer

CANDIDATES = 120  # some are invisible to the viewer, or parts of the same franchise


def titles_that_look_alike(title: Title, viewer: Viewer, limit: int) -> list[Title]:
    """Return visible titles with the most similar covers, one of each franchise and none of the title's own."""
    vector = CoverLook.objects.filter(title=title).values_list("vector", flat=True).first()
    if not (settings.COVERS and vector and vector_index.is_available()):
        return []
    others = neighbours(title, vector_index.nearest_looks(vector, CANDIDATES), viewer)
    return list(islice((other for other in others if has_cover(other)), limit))
