import numpy as np
import pytest

from recommendations.engine.models.linear import damp, sharing
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase, strongest_pairs
from tests.recommendations.engine.toys import clusters, toy


def test_with_room_for_everything_each_fact_is_regressed_on_all_others():
    train = clusters()
    histories = train.histories()

    sparse = SparseRatingAwareEase(watched_weight=0.5).fit(train)

    for fact, matrix, weight in (("watched", histories.watched(), 0.5), ("liked", histories.liked(), 1.0)):
        damped = damp(matrix, sparse.damping).toarray().astype(np.float64)
        gram = damped.T @ damped
        inverse = np.linalg.inv(gram + np.diag(sparse.l2 + sparse.denoise * np.diag(gram)))
        expected = weight * inverse / -np.diag(inverse)
        np.fill_diagonal(expected, 0)
        assert sparse.weights(fact).toarray() == pytest.approx(expected, abs=1e-5 * np.abs(expected).max())


def test_no_title_has_more_neighbours_than_allowed():
    model = SparseRatingAwareEase(neighbours=5, remembered=12).fit(clusters())

    for channel in ("watched", "liked"):
        weights = model.weights(channel)
        assert weights.tocsc().getnnz(0).max() == 5
        assert not weights.diagonal().any()


def test_the_pairs_are_those_with_the_largest_correlations():
    matrix = toy().histories().watched()
    gram = (matrix.T @ matrix).toarray()
    squares = np.diag(gram).astype(float)

    pairs = strongest_pairs(matrix, squares, 2).toarray()

    correlation = gram / np.sqrt(np.outer(squares, squares)) - np.eye(8)
    third = -np.sort(-correlation, axis=0)[2]
    assert np.array_equal(pairs, pairs.T)
    assert np.array_equal(pairs[pairs > 0], gram[pairs > 0])
    assert (pairs > 0)[correlation > np.maximum(third, third[:, None])].all()
    assert not pairs.diagonal().any()
    assert strongest_pairs(matrix, squares, 8).toarray() == pytest.approx(gram - np.diag(squares))


def test_a_cluster_does_not_make_it_the_exact_model():
    rows, model = clusters(), SparseRatingAwareEase(neighbours=5)
    alone = model.fit(rows).all_weights

    token = sharing.set(lambda rows: [rows.histories])
    try:
        shared = SparseRatingAwareEase(neighbours=5).fit(rows).all_weights
    finally:
        sharing.reset(token)

    assert (shared != alone).nnz == 0
