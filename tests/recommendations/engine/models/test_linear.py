import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.explain import contributions, reasons
from recommendations.engine.models.linear import (
    Ease,
    RatingAwareEase,
    damp,
    largest_per_column,
)
from tests.recommendations.engine.toys import toy


def plain_ease(matrix, l2):
    """Steck 2019, eq. 8, as in the paper."""
    inverse = np.linalg.inv(matrix.T @ matrix + l2 * np.eye(matrix.shape[1]))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def test_ease_is_as_in_the_paper():
    train = toy()
    watched = train.histories().watched().toarray()

    scores = Ease(l2=3.0).fit(train).score(train.histories())

    assert scores == pytest.approx(watched @ plain_ease(watched, 3.0), abs=1e-5)


@pytest.mark.parametrize("item", range(8))
def test_a_title_is_regressed_on_both_facts_of_all_others(item):
    train = toy()
    histories = train.histories()
    facts = sp.hstack([damp(histories.watched(), 0.25), damp(histories.liked(), 0.25)]).toarray()
    target = facts[:, 8 + item] + 0.3 * facts[:, item]
    others = np.setdiff1d(np.arange(16), [item, 8 + item])
    gram = facts[:, others].T @ facts[:, others]
    gram[np.diag_indices_from(gram)] += 3.0 + 0.2 * np.diag(gram)
    by_hand = np.zeros(16)
    by_hand[others] = np.linalg.solve(gram, facts[:, others].T @ target)

    model = RatingAwareEase(l2=3.0, denoise=0.2, watched_weight=0.3).fit(train)

    weights = np.concatenate([model.weights(fact)[:, [item]].toarray().ravel() for fact in ("watched", "liked")])
    assert weights == pytest.approx(by_hand, abs=1e-5)


def test_scores_add_up_both_facts():
    train = toy()
    model = RatingAwareEase(l2=3.0).fit(train)
    histories = train.histories()

    by_hand = damp(histories.watched(), 0.25) @ model.weights("watched").toarray()
    by_hand += damp(histories.liked(), 0.25) @ model.weights("liked").toarray()

    assert model.score(histories) == pytest.approx(by_hand, abs=1e-6)


def test_titles_nobody_watched_take_no_part():
    train = toy()
    without_last = train.where(train.item_index != 7)
    narrow = without_last.restricted(np.arange(6), np.arange(7))

    wide, seven = (RatingAwareEase(l2=3.0).fit(rows) for rows in (without_last, narrow))

    for fact in ("watched", "liked"):
        assert wide.weights(fact).toarray()[:7, :7] == pytest.approx(seven.weights(fact).toarray(), abs=1e-6)
        assert wide.weights(fact)[7].nnz == wide.weights(fact)[:, [7]].nnz == 0


def test_damping_divides_by_a_power_of_the_list_s_length():
    rows = sp.csr_matrix(np.array([[1.0, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]]))

    assert damp(rows, 0.5).toarray().tolist() == [[0.5] * 4, [1, 0, 0, 0], [0] * 4]


def test_of_each_column_the_largest_weights_stay_and_the_diagonal_goes():
    matrix = np.array([[9.0, 1.0, -4.0], [2.0, 9.0, 3.0], [-3.0, 0.5, 9.0]])

    kept = largest_per_column(lambda block: matrix[:, block] * np.array([1.0, 1.0, 2.0])[block], 3, k=1)

    assert kept.toarray().tolist() == [[0, 1, -8], [0, 0, 0], [-3, 0, 0]]


@pytest.mark.parametrize("member", range(6))
def test_contributions_add_up_to_the_score(member):
    train = toy()
    model = RatingAwareEase(l2=3.0, neighbours=4).fit(train)
    items, scores = train.histories().row(member)

    made = contributions(model, items, scores)

    assert made.totals() == pytest.approx(model.score(train.histories())[member], abs=1e-6)
    assert made.among(np.arange(8)).sum(0) == pytest.approx(made.totals(), abs=1e-6)
    by_age = np.random.default_rng(0).random((2, len(items)), dtype=np.float32)
    weighed = [contributions(model, items, scores, weights).totals() for weights in by_age]
    assert made.totals_by(by_age) == pytest.approx(np.array(weighed), abs=1e-6)


def test_only_liked_titles_are_cited_strongest_first_with_their_share():
    train = toy()
    model = RatingAwareEase(l2=3.0).fit(train)
    items, scores = train.histories().row(1)  # 11: 10, 12: 9, 14: no score, 15: 4
    made = contributions(model, items, scores)
    shown = np.array([5, 6, 7])

    cited, shares = reasons(items, scores, made.among(shown), np.arange(made.n_items))

    liked = {0, 1}
    added = np.maximum(made.among(shown), 0)
    for place in range(3):
        listed = [items.tolist().index(item) for item in cited[place] if item >= 0]
        assert {items[at] for at in listed} <= liked
        expected = [added[at, place] / added[:, place].sum() for at in listed]
        assert shares[place, : len(listed)] == pytest.approx(expected)
        assert expected == sorted(expected, reverse=True)
    assert (shares[cited < 0] == 0).all()


def test_one_title_per_franchise_is_cited_none_below_the_mean_and_none_with_a_tiny_share():
    items, scores = np.arange(5), np.array([10.0, 9, 8, 10, 10])  # mean 9.4: the 9 and the 8 are below it
    franchise = np.array([0, 1, 2, 3, 3])
    amounts = np.array([[0.3, 0.01], [0.9, 0.5], [0.9, 0.4], [0.5, 0.01], [0.4, 0.08]])

    cited, shares = reasons(items, scores, amounts, franchise)

    assert cited.tolist() == [[3, 0], [4, -1]]
    assert shares == pytest.approx(np.array([[0.5 / 3, 0.3 / 3], [0.08, 0]]))


def test_a_list_without_likes_has_no_reasons():
    train = toy()
    model = RatingAwareEase(l2=3.0).fit(train)

    items, scores = np.array([0, 2]), np.array([0.0, 5.0])

    cited, shares = reasons(items, scores, contributions(model, items, scores).among(np.array([1, 4])), np.arange(8))

    assert (cited == -1).all()
    assert (shares == 0).all()
