"""The linear model in tiles has the weights of the model in one piece, however its members and titles are divided."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.matrices import tiles
from recommendations.engine.models.linear import RatingAwareEase

MODEL = partial(RatingAwareEase, neighbours=20)


def ratings(n_users: int = 300, n_items: int = 70, seed: int = 0) -> Interactions:
    generator = np.random.default_rng(seed)
    users = np.repeat(np.arange(n_users), 12)
    items = (generator.random(len(users)) ** 2 * n_items).astype(int)
    return Interactions.from_ids(users, items, generator.integers(0, 11, len(users)))


def divided(histories: Histories, members: int) -> list[partial[Histories]]:
    return [partial(histories.__getitem__, slice(at, at + members)) for at in range(0, len(histories), members)]


@pytest.mark.property
@settings(deadline=None, max_examples=5)
@given(members=st.integers(40, 400), per_tile=st.integers(9, 90))
def test_any_division_has_the_weights_of_the_model_in_one_piece(members, per_tile):
    rows = ratings()
    whole = MODEL().fit(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "PER_TILE", per_tile)
        tiled = MODEL().fit_parts(divided(rows.histories(), members), rows.item_counts() > 0)

    assert abs(tiled.all_weights - whole.all_weights).max() < 1e-5
    np.testing.assert_array_equal(tiled.arrays["known"], whole.arrays["known"])


def test_titles_nobody_watched_have_no_weights(monkeypatch):
    monkeypatch.setattr(tiles, "PER_TILE", 16)
    rows = ratings()
    is_known = rows.item_counts() > 0
    is_known[3] = False

    tiled = MODEL().fit_parts([rows.histories], is_known)

    assert tiled.all_weights[:, 3].nnz == tiled.all_weights[3].nnz == 0
    assert np.isnan(tiled.score(rows.histories()[:1])[0, 3])


def test_the_same_division_has_the_same_numbers_again(monkeypatch):
    monkeypatch.setattr(tiles, "PER_TILE", 16)
    rows = ratings()
    first, second = (MODEL().fit_parts(divided(rows.histories(), 50), rows.item_counts() > 0) for _ in range(2))

    assert (first.all_weights != second.all_weights).nnz == 0


def test_a_matrix_that_is_not_positive_definite_says_what_to_do(monkeypatch):
    monkeypatch.setattr(tiles, "PER_TILE", 16)
    rows = ratings()

    with pytest.raises(ValueError, match="raise l2"):
        MODEL(l2=-50.0).fit_parts([rows.histories], rows.item_counts() > 0)
