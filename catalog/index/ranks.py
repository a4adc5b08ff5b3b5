"""A title's place among all titles that a viewer may see, as the browse page sorts them."""

from __future__ import annotations

import numpy as np

from catalog.index.titles import title_index
from catalog.viewers import Viewer


def place_of(title_id: int, number: str, viewer: Viewer) -> int | None:
    """Return how many titles have a higher number, and one; None if the title's is unknown or 0."""
    index = title_index()
    [place] = index.places_of([title_id]) if title_id in index.ids else [None]
    own = np.nan if place is None else index.numbers[number][place]
    if np.isnan(own) or not own:
        return None
    return int((index.numbers[number][index.visible_to(viewer)] > own).sum()) + 1
