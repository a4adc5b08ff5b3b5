from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social import ordering


@dataclass
class Row:
    pk: int
    position: int = 0


@pytest.mark.parametrize(
    ("visible", "pk", "place", "expected"),
    [
        ({1, 2, 3, 4}, 4, 0, [4, 1, 2, 3]),
        ({1, 2, 3, 4}, 1, 2, [2, 3, 1, 4]),
        ({1, 2, 3, 4}, 1, 99, [2, 3, 4, 1]),
        ({1, 2, 4}, 4, 1, [1, 4, 3, 2]),  # 3 keeps its place
        ({1, 2}, 4, 0, [1, 2, 3, 4]),
    ],
)
def test_a_row_is_moved_among_the_visible_ones(visible, pk, place, expected):
    rows = ordering.move([Row(1), Row(2), Row(3), Row(4)], visible, pk, place)
    assert [(row.pk, row.position) for row in rows] == [(pk, n) for n, pk in enumerate(expected)]


@pytest.mark.property
@given(
    n=st.integers(1, 8),
    hidden=st.sets(st.integers(0, 7)),
    pk=st.integers(0, 8),
    place=st.integers(-2, 10),
)
def test_hidden_rows_keep_their_places_and_no_row_is_lost(n, hidden, pk, place):
    visible = set(range(n)) - hidden
    moved = [row.pk for row in ordering.move([Row(one) for one in range(n)], visible, pk, place)]
    assert sorted(moved) == list(range(n))
    assert [moved[one] for one in range(n) if one in hidden] == [one for one in range(n) if one in hidden]
    rest = [one for one in moved if one in visible and one != pk]
    assert rest == sorted(rest)
    if pk in visible:
        assert [one for one in moved if one in visible].index(pk) == max(0, min(place, len(visible) - 1))
