"""Titles whose synopses are nearest to a title's."""

from __future__ import annotations

from catalog.index.titles import title_index
from catalog.meaning import nearest, vector_index
from catalog.models import Title, TitleText
from catalog.viewers import Viewer

CANDIDATES = 120  # some are invisible to the viewer, or parts of the same franchise


def alike(title: Title, viewer: Viewer, limit: int) -> list[Title]:
    """Return visible titles with the most similar synopses, one of each franchise and none of the title's own."""
    vector = TitleText.objects.filter(title=title).values_list("vector", flat=True).first()
    if not vector or not vector_index.is_available():
        return []
    index = title_index()
    visible = index.visible_to(viewer)
    places = index.places_of([pk for pk, _ in nearest.nearest_descriptions(vector, CANDIDATES)])
    ids = index.ids[places[visible[places]]].tolist()
    cards = Title.objects.for_cards().in_bulk(ids)
    seen, found = {title.franchise_entry_id or title.pk}, []
    for card in (cards[pk] for pk in ids if pk in cards):
        if (card.franchise_entry_id or card.pk) not in seen:
            seen.add(card.franchise_entry_id or card.pk)
            found.append(card)
    return found[:limit]
