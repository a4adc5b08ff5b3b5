"""Metrics against values computed by hand."""

import math

import numpy as np
import pytest

from recommendations.engine.metrics import ranking, rating
from recommendations.engine.metrics.bootstrap import mean_interval, paired_difference


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


def test_gini_is_half_the_relative_mean_difference_of_two_titles():
    shown = np.random.default_rng(0).integers(0, 50, 200)

    differences = np.abs(shown[:, None] - shown[None, :]).mean()
    assert ranking.gini(shown) == pytest.approx(differences / (2 * shown.mean()))


def test_rating_errors_are_in_points():
    predicted, given = np.array([7.0, 9.0]), np.array([8.0, 6.0])

    assert rating.rmse(predicted, given) == pytest.approx(math.sqrt(5))
    assert rating.mae(predicted, given) == pytest.approx(2)


def test_predictions_with_gaps_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        rating.rmse(np.array([np.nan]), np.array([5.0]))


def test_auc_is_the_share_of_pairs_in_the_right_order():
    scores = np.array([[0.9, 0.1, 0.5, 0.3], [1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0]])
    relevant = np.array([[True, False, False, True], [False] * 4, [False, True, False, False]])

    values = ranking.auc(scores, relevant)

    assert values == pytest.approx([3 / 4, np.nan, 2 / 3], nan_ok=True)


def test_precision_of_what_is_predicted_high_looks_at_each_member_s_best():
    members = np.array([5, 5, 5, 5, 8, 9])
    predicted = np.array([9.0, 7.0, 8.0, 7.5, 6.9, 8.0])
    given = np.array([7, 10, 3, 9, 10, 7])

    assert rating.precision_of_recommended(members, predicted, given) == pytest.approx([3 / 4, np.nan, 1], nan_ok=True)
    assert rating.precision_of_recommended(members, predicted, given, k=2) == pytest.approx(
        [1 / 2, np.nan, 1], nan_ok=True
    )


def test_precision_is_surprise_s(clustered):
    users, predicted, given = clustered

    ours = np.nan_to_num(rating.precision_of_recommended(users, predicted, given))

    assert ours.tolist() == pytest.approx([_surprise_faq(users, predicted, given, user) for user in np.unique(users)])


@pytest.fixture
def clustered():
    generator = np.random.default_rng(0)
    users = generator.integers(0, 20, 500)
    return users, generator.normal(7, 1, 500), generator.integers(1, 11, 500)


def _surprise_faq(users, predicted, given, user, k=10, threshold=7):
    """The loop of Surprise's FAQ for one user."""
    pairs = sorted(zip(predicted[users == user], given[users == user], strict=True), key=lambda x: x[0], reverse=True)
    n_recommended = sum(estimate >= threshold for estimate, _ in pairs[:k])
    n_right = sum(true >= threshold and estimate >= threshold for estimate, true in pairs[:k])
    return n_right / n_recommended if n_recommended else 0


def test_an_interval_holds_the_mean_and_narrows_with_more_members():
    generator = np.random.default_rng(0)
    few, many = generator.normal(5, 2, 100), generator.normal(5, 2, 10_000)

    (low, high), (lower, higher) = mean_interval(few), mean_interval(many)

    assert low < few.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * few.std() / 10, rel=0.1)
    assert higher - lower == pytest.approx((high - low) / 10, rel=0.2)
    assert mean_interval(few) == (low, high)


def test_members_without_a_value_do_not_count():
    values = np.array([1.0, 2.0, 3.0, 4.0])

    assert mean_interval(np.append(values, [np.nan] * 50)) == mean_interval(values)
    assert np.isnan(mean_interval(np.full(3, np.nan))).all()


def test_a_difference_is_over_the_members_that_both_have_figures_for():
    ours, theirs = np.array([0.9, 0.5, np.nan, 0.7, 0.8]), np.array([0.4, 0.1, 0.5, np.nan, 0.2])

    difference = paired_difference(ours, theirs)

    assert difference.mean == pytest.approx(0.5)
    assert 0.39 < difference.low < 0.5 < difference.high < 0.61
    assert str(difference).startswith("+0.5000 (95 % from +0.4")


def test_one_member_has_no_interval():
    assert np.isnan(paired_difference(np.array([0.5]), np.array([0.1])).mean)


class TestAgainstScikitLearn:
    """Another implementation of the same metrics, on random rankings."""

    @pytest.fixture(params=range(5))
    def ranked(self, request):
        """Return (members, titles) scores and relevance; each member has a relevant title and another one."""
        generator = np.random.default_rng(request.param)
        relevant = generator.random((30, 60)) < generator.uniform(0.02, 0.5, (30, 1))
        relevant[:, 0], relevant[:, 1] = True, False
        return generator.random((30, 60)), relevant

    @pytest.mark.parametrize("k", [1, 5, 10, 20])
    def test_ndcg(self, ranked, k):
        from sklearn.metrics import ndcg_score

        scores, relevant = ranked
        hits = np.take_along_axis(relevant, ranking.top_k(scores, k), 1)

        ours = ranking.ndcg(hits, relevant.sum(1))

        theirs = [ndcg_score([r], [s], k=k) for r, s in zip(relevant.astype(int), scores, strict=True)]
        assert ours == pytest.approx(theirs)

    def test_auc(self, ranked):
        from sklearn.metrics import roc_auc_score

        scores, relevant = ranked

        theirs = [roc_auc_score(r, s) for r, s in zip(relevant, scores, strict=True)]
        assert ranking.auc(scores, relevant) == pytest.approx(theirs)

    def test_precision_and_recall(self, ranked):
        from sklearn.metrics import precision_score, recall_score

        scores, relevant = ranked
        top = ranking.top_k(scores, 20)
        shown = np.zeros(relevant.shape, dtype=bool)
        np.put_along_axis(shown, top, True, 1)
        hits = np.take_along_axis(relevant, top, 1)

        rows = list(zip(relevant, shown, strict=True))
        assert ranking.precision(hits, relevant.sum(1)) == pytest.approx([precision_score(r, s) for r, s in rows])
        possible = relevant.sum(1) / np.minimum(relevant.sum(1), 20)
        assert ranking.recall(hits, relevant.sum(1)) == pytest.approx(
            np.array([recall_score(r, s) for r, s in rows]) * possible
        )

    def test_errors(self):
        from sklearn.metrics import mean_absolute_error, root_mean_squared_error

        predicted, actual = np.random.default_rng(1).uniform(1, 10, (2, 200))

        assert rating.rmse(predicted, actual) == pytest.approx(root_mean_squared_error(actual, predicted))
        assert rating.mae(predicted, actual) == pytest.approx(mean_absolute_error(actual, predicted))
