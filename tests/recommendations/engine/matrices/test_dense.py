import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.matrices.dense import AT_ONCE, HEAD, invert_positive_definite, lower_gram, scaled_columns

N = HEAD + AT_ONCE + 40  # columns of both kinds, and a partial last block


@pytest.fixture
def sparse():
    return sp.random(300, N, density=0.05, format="csr", dtype=np.float32, random_state=0)


@pytest.fixture
def positive_definite():
    root = np.random.default_rng(0).normal(size=(N, N))
    return root @ root.T + np.eye(N)


@pytest.mark.parametrize("n", [5, N])
def test_the_gram_matrix_is_right_on_and_below_the_diagonal(sparse, n):
    matrix = sparse[:, :n]

    gram = lower_gram(matrix, np.float64)

    assert np.allclose(np.tril(gram), np.tril((matrix.T @ matrix).toarray()), atol=1e-5)


def test_the_matrix_itself_is_left_alone(sparse):
    before = sparse.toarray()

    lower_gram(sparse, np.float64)

    assert np.array_equal(sparse.toarray(), before)


def test_the_inverse_is_whole_and_made_from_the_lower_triangle_in_place(positive_definite):
    expected = np.linalg.inv(positive_definite)
    matrix = np.tril(positive_definite) + np.triu(np.full((N, N), np.nan), 1)

    inverse = invert_positive_definite(matrix)

    assert np.allclose(inverse, expected, atol=1e-8)
    assert np.array_equal(inverse, inverse.T)
    assert np.shares_memory(inverse, matrix)


def test_the_inverse_keeps_single_precision():
    inverse = invert_positive_definite(np.diag(np.array([2, 4], dtype=np.float32)))

    assert inverse.dtype == np.float32
    assert inverse == pytest.approx(np.diag([0.5, 0.25]))


def test_a_matrix_without_inverse_is_refused():
    with pytest.raises(ValueError, match="positive definite"):
        invert_positive_definite(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_columns_are_scaled_not_rows():
    matrix = np.arange(N * 3.0).reshape(N, 3)

    assert np.array_equal(scaled_columns(matrix, np.array([1.0, 2.0, -1.0])), matrix * [1, 2, -1])
