from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.engine.data import synthetic
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.synthetic import synthesize
from recommendations.engine.metrics.ranking import gini
from tests.recommendations.engine.toys import clusters, toy

SHARED = Path(__file__).parents[5] / "shared" / "data" / "ratings.parquet"


def together(parts) -> Interactions:
    columns = ("user", "item_index", "score")
    return Interactions.from_ids(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def lists_of(parts, n_users):
    rows = [(u, i) for part in parts for u, i in zip(part.user.tolist(), part.item_index.tolist(), strict=True)]
    return [{i for owner, i in rows if owner == user} for user in range(n_users)]


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(synthetic, "USERS_AT_ONCE", 7)


def test_as_many_people_as_asked_for_in_parts(small_parts):
    parts = list(synthesize(clusters(), 30, seed=1))

    assert [np.unique(part.user).tolist() for part in parts] == [
        list(range(7)), list(range(7, 14)), list(range(14, 21)), list(range(21, 28)), [28, 29]
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(small_parts):
    one, same, other = (list(synthesize(clusters(), 20, seed)) for seed in (1, 1, 2))

    assert all(np.array_equal(a.item_index, b.item_index) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one[0].item_index, other[0].item_index)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_no_pair_comes_twice_and_no_real_list_is_contained(seed):
    real = clusters(n_users=12, seed=seed)
    own = [set(real.item_index[real.user_index == user].tolist()) for user in range(12)]

    made = lists_of(list(synthesize(real, 40, seed)), 40)

    assert sum(map(len, made)) == sum(len(part.user) for part in synthesize(real, 40, seed))
    assert not any(real_list <= synthetic_list for synthetic_list in made for real_list in own)


def test_short_lists_are_drawn_too():
    (part,) = synthesize(toy(), 200, seed=3)

    length = np.bincount(part.user, minlength=200)
    assert (length.min(), length.max()) == (1, 5)
    assert set(part.score.tolist()) <= set(range(11))


def cosines(rows: Interactions, items) -> np.ndarray:
    watched = rows.histories().watched()[:, items]
    gram = (watched.T @ watched).toarray()
    norm = np.sqrt(gram.diagonal())
    return (gram / norm / norm[:, None])[np.triu_indices(len(items), 1)]


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared ratings are not there")
def test_the_shape_of_real_data_stays():
    from recommendations.inputs.rating_archives import read_ratings

    real = Interactions.from_ids(*read_ratings(SHARED))
    parts = list(synthesize(real, 5000, seed=0))
    made = together([synthetic.SyntheticRows(p.user, real.items.ids[p.item_index], p.score) for p in parts])

    lengths = [np.bincount(rows.user_index) for rows in (real, made)]
    quantiles = [np.percentile(length, [10, 25, 50, 75, 90, 99]) for length in lengths]
    assert quantiles[1] == pytest.approx(quantiles[0], rel=0.15)
    counts = [real.item_counts(), np.zeros(len(real.items), int)]
    counts[1][real.items.index_of(made.items.ids)] = made.item_counts()
    assert gini(counts[1]) == pytest.approx(gini(counts[0]), abs=0.02)
    assert np.corrcoef(counts[0], counts[1])[0, 1] > 0.99
    known = np.argsort(-counts[0])[:200]
    at = made.items.index_of(real.items.ids[known])
    assert np.corrcoef(cosines(real, known), cosines(made, at))[0, 1] > 0.95
    shares = [np.bincount(rows.score.astype(int), minlength=11) / len(rows) for rows in (real, made)]
    assert shares[1] == pytest.approx(shares[0], abs=0.02)
