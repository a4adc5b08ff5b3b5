"""Titles whose covers look like a title's."""

from __future__ import annotations

from django.conf import settings

from catalog.covers.addresses import has_cover
from catalog.index.titles import title_index
from catalog.looks import vector_index
from catalog.models import CoverLook, Title
from catalog.viewers import Viewer

CANDIDATES = 120  # some are invisible to the viewer, or parts of the same franchise


def titles_that_look_alike(title: Title, viewer: Viewer, limit: int) -> list[Title]:
    """Return visible titles with the most similar covers, one of each franchise and none of the title's own."""
    vector = CoverLook.objects.filter(title=title).values_list("vector", flat=True).first()
    if not (settings.COVERS and vector and vector_index.is_available()):
        return []
    index = title_index()
    places = index.places_of(vector_index.nearest_looks(vector, CANDIDATES))
    ids = index.ids[places[index.visible_to(viewer)[places]]].tolist()
    cards = Title.objects.for_cards().in_bulk(ids)
    seen, found = {title.franchise_entry_id or title.pk}, []
    for card in (cards[pk] for pk in ids if pk in cards):
        franchise = card.franchise_entry_id or card.pk
        if franchise not in seen and has_cover(card):
            seen.add(franchise)
            found.append(card)
    return found[:limit]
