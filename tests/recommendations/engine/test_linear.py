import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.explain import contributions
from recommendations.engine.models.linear import (
    Ease,
    RatingAwareEase,
    damp,
    invert_positive_definite,
    largest_per_column,
)
from tests.recommendations.engine.toys import toy


def plain_ease(matrix, l2):
    """Steck 2019, eq. 8, as in the paper."""
    inverse = np.linalg.inv(matrix.T @ matrix + l2 * np.eye(matrix.shape[1]))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def test_without_damping_denoising_and_likes_it_is_ease():
    train = toy()
    model = RatingAwareEase(l2=3.0, denoise=0.0, damping=0.0, liked_weight=0.0).fit(train)
    watched = train.histories().watched().toarray()

    assert Ease(l2=3.0).fit(train).score(train.histories()) == pytest.approx(
        watched @ plain_ease(watched, 3.0), abs=1e-5
    )
    assert model.weights("watched").toarray() == pytest.approx(plain_ease(watched, 3.0), abs=1e-5)
    assert model.score(train.histories()) == pytest.approx(watched @ plain_ease(watched, 3.0), abs=1e-5)


def test_scores_add_up_both_channels():
    train = toy()
    model = RatingAwareEase(l2=3.0, liked_weight=0.5).fit(train)
    histories = train.histories()

    by_hand = damp(histories.watched(), 0.25) @ model.weights("watched").toarray()
    by_hand += 0.5 * (damp(histories.liked(), 0.25) @ model.weights("liked").toarray())

    assert model.score(histories) == pytest.approx(by_hand, abs=1e-6)


def test_damping_divides_by_a_power_of_the_list_s_length():
    rows = sp.csr_matrix(np.array([[1.0, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0]]))

    assert damp(rows, 0.5).toarray().tolist() == [[0.5] * 4, [1, 0, 0, 0], [0] * 4]


def test_the_inverse_is_whole_and_symmetric():
    generator = np.random.default_rng(0)
    root = generator.normal(size=(700, 700))  # more than one block
    matrix = root @ root.T + np.eye(700)

    assert invert_positive_definite(matrix.copy()) == pytest.approx(np.linalg.inv(matrix), abs=1e-8)


def test_a_matrix_without_inverse_is_refused():
    with pytest.raises(ValueError, match="positive definite"):
        invert_positive_definite(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_of_each_column_the_largest_weights_stay_and_the_diagonal_goes():
    matrix = np.array([[9.0, 1.0, -4.0], [2.0, 9.0, 3.0], [-3.0, 0.5, 9.0]])

    kept = largest_per_column(matrix, np.array([1.0, 1.0, 2.0]), k=1)

    assert kept.toarray().tolist() == [[0, 1, -8], [0, 0, 0], [-3, 0, 0]]


@pytest.mark.parametrize("member", range(6))
def test_contributions_add_up_to_the_score(member):
    train = toy()
    model = RatingAwareEase(l2=3.0, neighbours=4).fit(train)
    items, scores = train.histories().row(member)

    made = contributions(model, items, scores)

    assert made.totals() == pytest.approx(model.score(train.histories())[member], abs=1e-6)
    assert made._among(np.arange(8)).sum(0) == pytest.approx(made.totals(), abs=1e-6)


def test_only_liked_titles_are_cited_strongest_first_with_their_share():
    train = toy()
    model = RatingAwareEase(l2=3.0).fit(train)
    items, scores = train.histories().row(1)  # 11: 10, 12: 9, 14: no score, 15: 4
    made = contributions(model, items, scores)
    shown = np.array([5, 6, 7])

    cited, shares = made.reasons(shown)

    liked = {0, 1}
    added = np.maximum(made._among(shown), 0)
    for place in range(3):
        listed = [items.tolist().index(item) for item in cited[place] if item >= 0]
        assert {items[at] for at in listed} <= liked
        expected = [added[at, place] / added[:, place].sum() for at in listed]
        assert shares[place, : len(listed)] == pytest.approx(expected)
        assert expected == sorted(expected, reverse=True)
    assert (shares[cited < 0] == 0).all()


def test_a_list_without_likes_has_no_reasons():
    train = toy()
    model = RatingAwareEase(l2=3.0).fit(train)

    cited, shares = contributions(model, np.array([0, 2]), np.array([0.0, 5.0])).reasons(np.array([1, 4]))

    assert (cited == -1).all()
    assert (shares == 0).all()
