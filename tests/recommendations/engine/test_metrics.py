"""Values worked out by hand."""

import math

import numpy as np
import pytest

from recommendations.engine.metrics import ranking, rating


def test_top_k_is_best_first_with_nan_last_and_ties_by_index():
    scores = np.array([[0.1, np.nan, 0.9, 0.5], [1.0, 1.0, 2.0, -1.0]])

    assert ranking.top_k(scores, 3).tolist() == [[2, 3, 0], [2, 0, 1]]


def test_ndcg_discounts_by_rank_and_compares_with_the_best_possible():
    hits = np.array([[False, True, True], [True, False, False], [False, False, False]])
    relevant = np.array([2, 5, 1])

    first = (1 / math.log2(3) + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    second = 1 / (1 + 1 / math.log2(3) + 1 / math.log2(4))
    assert ranking.ndcg(hits, relevant).tolist() == pytest.approx([first, second, 0])


def test_members_for_whom_nothing_is_relevant_have_no_value():
    hits, none = np.zeros((1, 3), dtype=bool), np.array([0])

    assert np.isnan([ranking.ndcg(hits, none), ranking.precision(hits, none), ranking.recall(hits, none)]).all()


def test_precision_counts_places_and_recall_what_could_be_found():
    hits = np.array([[True, True, False, False]])

    assert ranking.precision(hits, np.array([8])).tolist() == [0.5]
    assert ranking.recall(hits, np.array([8])).tolist() == [0.5]
    assert ranking.recall(hits, np.array([2])).tolist() == [1.0]


def test_novelty_is_the_mean_surprise_in_bits():
    assert ranking.novelty(np.array([[0, 1]]), np.array([0.5, 0.125, 1.0])).tolist() == [2.0]


@pytest.mark.parametrize(("shown", "expected"), [([3, 3, 3, 3], 0.0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25)])
def test_gini_measures_concentration(shown, expected):
    assert ranking.gini(np.array(shown)) == pytest.approx(expected)


def test_rating_errors_are_in_points():
    predicted, given = np.array([7.0, 9.0]), np.array([8.0, 6.0])

    assert rating.rmse(predicted, given) == pytest.approx(math.sqrt(5))
    assert rating.mae(predicted, given) == pytest.approx(2)


def test_predictions_with_gaps_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        rating.rmse(np.array([np.nan]), np.array([5.0]))
