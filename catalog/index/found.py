"""Search results in order, loaded one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from catalog.models import Title
from catalog.models.titles import TitleQuerySet


class Found(Sequence[Title]):
    """Ordered results. A slice loads only its titles."""

    def __init__(self, ids: NDArray[np.int64], titles: TitleQuerySet) -> None:
        self.ids, self.titles = ids, titles

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Title: ...
    @overload
    def __getitem__(self, place: slice) -> list[Title]: ...
    def __getitem__(self, place: int | slice) -> Title | list[Title]:
        if isinstance(place, slice):
            ids = self.ids[place].tolist()
            titles = self.titles.in_bulk(ids)
            return [titles[pk] for pk in ids if pk in titles]
        return self[place : place + 1 or None][0]
