"""Places of rows that a member has put in an order, some of which they may not see themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

STEPS = {"up": -1, "down": 1}


def move(rows: Sequence[Any], visible: Collection[int], pk: int, place: int) -> list[Any]:
    """Number the `position` of all rows, with row `pk` at `place` (from 0) among the visible ones. Return the rows.

    Rows that aren't visible keep their place among all. Does nothing but number them if `pk` isn't visible.
    """
    seen = [row for row in rows if row.pk in visible and row.pk != pk]
    seen[max(0, place) : max(0, place)] = [row for row in rows if row.pk == pk and pk in visible]
    in_order = iter(seen)
    ordered = [next(in_order) if row.pk in visible else row for row in rows]
    for position, row in enumerate(ordered):
        row.position = position
    return ordered


def step(visible: Sequence[int], pk: int, step: str) -> int:
    """Return the place of row `pk` one step "up" or "down", or "first", among the visible ones, which are in order."""
    return 0 if step == "first" else max(0, visible.index(pk) + STEPS[step])
