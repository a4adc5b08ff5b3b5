import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.data.interactions import Histories, IdMap, Interactions
from tests.recommendations.engine.toys import TITLES, toy


def test_ids_become_indices_and_unknown_ids_minus_one():
    ids = IdMap(np.array([3, 7, 20]))

    assert ids.index_of(np.array([20, 3, 8, 21, 1])).tolist() == [2, 0, -1, -1, -1]


def test_an_empty_map_knows_nothing():
    assert IdMap(np.array([], dtype=int)).index_of(np.array([5])).tolist() == [-1]


@pytest.mark.parametrize("ids", [[2, 1], [1, 1]])
def test_ids_must_be_ascending_and_unique(ids):
    with pytest.raises(ValueError, match="ascending and unique"):
        IdMap(np.array(ids))


def test_of_repeated_pairs_the_first_counts():
    rows = Interactions.from_ids(np.array([5, 5, 5]), np.array([1, 2, 1]), np.array([9, 0, 3]))

    assert [rows.items.ids[i] for i in rows.item_index] == [1, 2]
    assert rows.score.tolist() == [9, 0]


@pytest.mark.parametrize("score", [-1, 11, float("nan")])
def test_a_score_outside_0_to_10_is_refused_with_its_row(score):
    with pytest.raises(ValueError, match="row 2"):
        Interactions.from_ids(np.array([1, 1]), np.array([1, 2]), np.array([5, score]))


def test_histories_tell_watched_from_scored_from_liked():
    histories = toy().histories()

    assert histories.shape == (6, 8)
    assert histories.watched().toarray()[1].tolist() == [1, 1, 0, 1, 1, 0, 0, 0]
    assert histories.scores().toarray()[1].tolist() == [10, 9, 0, 0, 4, 0, 0, 0]
    assert histories.liked().toarray()[1].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_one_member_s_row_gives_titles_and_scores():
    items, scores = toy().histories().row(3)

    assert TITLES[items].tolist() == [11, 12, 15, 16, 17]
    assert scores.tolist() == [8, 9, 5, 0, 6]


def test_a_history_of_one_is_the_row_of_many():
    items, scores = toy().histories().row(3)

    one = Histories.of_one(items, scores, n_items=8)

    assert np.array_equal(one.matrix.toarray(), toy().histories()[3:4].matrix.toarray())


def test_restricting_keeps_only_these_users_and_titles_and_renumbers_them():
    rows = toy().restricted(users=np.array([1, 3]), items=np.array([0, 4, 5]))

    assert rows.users.ids.tolist() == [2, 4]
    assert rows.items.ids.tolist() == [11, 15, 16]
    assert rows.histories().scores().toarray().tolist() == [[10, 4, 0], [8, 5, 0]]
    assert len(rows) == 5


@given(
    st.lists(st.one_of(st.integers(-5, 20), st.integers(-(2**62), 2**62)), max_size=40),
    st.booleans(),
)
def test_ids_are_numbered_in_their_order_whether_close_or_far_apart(ids, grouped):
    user_ids = np.array(sorted(ids) if grouped else ids, dtype=np.int64)

    rows = Interactions.from_ids(user_ids, np.arange(len(ids)), np.zeros(len(ids)))

    assert rows.users.ids.tolist() == sorted(set(ids))
    by_item = np.argsort(rows.item_index)
    assert rows.users.ids[rows.user_index[by_item]].tolist() == user_ids.tolist()
