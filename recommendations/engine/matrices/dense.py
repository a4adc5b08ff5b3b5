"""Dense item-item matrices, built, inverted and scaled at close to LAPACK's speed."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

HEAD = 512  # most frequent columns: most of the work of a sparse product, but cheap in a dense one
AT_ONCE = 256  # rows per block, to fit in the processor's cache


def lower_gram(matrix: sp.csr_matrix, dtype: type[np.floating]) -> NDArray[np.floating]:
    """Return matrixᵀ · matrix, (n, n), valid on and below the diagonal: a factorisation reads only that triangle.

    matrix: (n_rows, n). The most frequent columns are multiplied as dense ones.
    """
    n = matrix.shape[1]
    head = np.argsort(-np.bincount(matrix.indices, minlength=n), kind="stable")[:HEAD]
    rest = matrix.copy()
    rest.data[np.isin(rest.indices, head)] = 0
    rest.eliminate_zeros()
    columns = rest.T.tocsr()
    gram = np.empty((n, n), dtype=dtype)

    def fill(block: slice) -> None:
        gram[block, : block.stop] = (columns[block] @ columns[: block.stop].T.tocsr()).toarray()

    _in_blocks(fill, n)
    with_head = matrix.T @ matrix[:, head].toarray()
    gram[:, head] = with_head
    gram[head] = with_head.T
    return gram


def invert_positive_definite(matrix: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the full inverse in the memory and precision of `matrix`, reading only its lower triangle.

    Uses Cholesky factors, half the work of a general inverse. Raises ValueError if it is not positive definite.
    """
    from scipy.linalg import get_lapack_funcs

    factorise, invert = get_lapack_funcs(("potrf", "potri"), (matrix,))
    factor, failed = factorise(matrix.T, lower=0, overwrite_a=1)  # LAPACK is column-major
    if failed:
        raise ValueError("the matrix is not positive definite: raise l2")
    inverse = invert(factor, lower=0, overwrite_c=1)[0].T

    def mirror(block: slice) -> None:
        inverse[: block.start, block] = inverse[block, : block.start].T
        square = inverse[block, block]
        above = np.triu_indices(len(square), 1)
        square[above] = square.T[above]

    _in_blocks(mirror, len(inverse))
    return inverse


def scaled_columns(matrix: NDArray[np.floating], scale: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return matrix · diag(scale) as float32."""
    scaled = np.empty(matrix.shape, dtype=np.float32)

    def fill(block: slice) -> None:
        scaled[block] = matrix[block] * scale

    _in_blocks(fill, len(matrix))
    return scaled


def _in_blocks(work: Callable[[slice], None], n: int) -> None:
    """Call `work` for consecutive slices that cover range(n), with one thread per processor."""
    blocks = [slice(start, min(start + AT_ONCE, n)) for start in range(0, n, AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(work, blocks):  # re-raises exceptions from the threads
            pass
