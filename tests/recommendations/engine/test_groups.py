import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommendations.engine.groups import METHODS, average, fair, least_misery, recommend_together, shares_below
from tests.recommendations.engine.test_recommender import member
from tests.recommendations.engine.toys import clusters, fitted, plain_rules

#                    title:   0    1    2    3    4
LIKINGS = np.array([[1.00, 0.75, 0.50, 0.25, 0.00],
                    [0.00, 0.75, 0.25, 0.50, 1.00],
                    [0.75, 0.50, 1.00, 0.00, 0.25]])  # fmt: skip


def order(method, likings, n=5):
    return np.argsort(-METHODS[method](likings, n), kind="stable").tolist()


def test_shares_below_make_scores_of_any_size_comparable():
    scores = np.array([[3.0, 900.0, -5.0], [0.01, 0.02, 0.03]])

    assert shares_below(scores).tolist() == [[0.5, 1.0, 0.0], [0.0, 0.5, 1.0]]


def test_the_average_is_what_suits_all_best_on_the_whole():
    assert average(LIKINGS, 5).tolist() == pytest.approx([1.75 / 3, 2 / 3, 1.75 / 3, 0.25, 1.25 / 3])


def test_least_misery_is_what_suits_the_one_whom_it_suits_least():
    assert least_misery(LIKINGS, 5).tolist() == [0, 0.5, 0.25, 0, 0]


def test_fair_turns_to_those_for_whom_nothing_was_right_so_far():
    two_against_one = np.array([[1.0, 0.9, 0.8, 0.0], [1.0, 0.9, 0.8, 0.0], [0.0, 0.1, 0.2, 1.0]])

    assert order("average", two_against_one)[:3] == [0, 1, 2]
    assert order("fair", two_against_one)[:2] == [0, 3]


@given(arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 30)), elements=st.floats(0, 1)), st.integers(1, 20))
def test_fair_gives_each_of_the_first_places_to_one_title(likings, n):
    scores = fair(likings, n)

    first = np.sort(scores)[::-1][: min(2 * n, likings.shape[1])]
    assert np.isfinite(scores).all()
    assert len(set(first.tolist())) == len(first)


@pytest.fixture(scope="module")
def recommender():
    return fitted(clusters())


ODD, EVEN = member([0, 2, 4, 6], [9, 10, 8, 9]), member([1, 3, 5, 7], [9, 10, 8, 9])  # index 0 is title 1


@pytest.mark.parametrize("method", METHODS)
def test_nobody_has_any_of_it_and_everybody_has_a_score_and_a_reason_of_their_own(recommender, method):
    found = recommend_together(recommender, [ODD, EVEN], plain_rules(40), 10, method)

    assert len(set(found.ids.tolist())) == 10
    assert not set(found.ids.tolist()) & set(range(1, 9))
    assert found.predicted.shape == found.reason_ids.shape == (2, 10)
    assert set(found.reason_ids[0].tolist()) <= {0, 1, 3, 5, 7}
    assert set(found.reason_ids[1].tolist()) <= {0, 2, 4, 6, 8}
    odd = found.ids % 2 == 1
    assert (found.predicted[0] > found.predicted[1])[odd].all()
    assert (found.predicted[0] < found.predicted[1])[~odd].all()


def test_fair_serves_both_tastes_from_the_start(recommender):
    found = recommend_together(recommender, [ODD, EVEN], plain_rules(40), 6, "fair")

    assert sorted(found.ids[:2] % 2) == [0, 1]
    assert (found.ids % 2).sum() == 3


def test_a_franchise_that_one_has_begun_and_what_one_hides_stay_away_as_adult_titles_do(recommender):
    franchise = np.arange(40)
    franchise[[7, 8]] = 7  # even's list contains a part of it
    hides = member([0, 2, 4, 6], [9, 10, 8, 9], hidden=[10])

    rules = plain_rules(40, franchise=franchise, adult=np.arange(40) == 12)
    found = recommend_together(recommender, [hides, EVEN], rules, 30)

    assert not set(found.ids.tolist()) & {9, 11, 13}


def test_without_anybody_there_is_nothing(recommender):
    found = recommend_together(recommender, [], plain_rules(40), 5)

    assert found.ids.tolist() == []
    assert found.predicted.shape == (0, 0)


def test_of_one_member_it_is_what_suits_them(recommender):
    found = recommend_together(recommender, [ODD], plain_rules(40), 8, "average")

    assert (found.ids % 2 == 1).all()


def test_an_unknown_method_is_an_error(recommender):
    with pytest.raises(KeyError):
        recommend_together(recommender, [ODD], plain_rules(40), 5, "loudest")
