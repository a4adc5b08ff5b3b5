"""Leakage checks: what a model reads or was fitted on must not have what it should predict."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.crc import crc32_of_each
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.splitting import VALIDATION, HeldOut, Split

LONG = 15  # titles


class LeakError(ValueError):
    """Raised for a split that would let a model see what it should predict."""


def check(parts: Split) -> None:
    """Raise LeakError if a split leaks; the message names each leak and the number of rows or members."""
    if found := list(leaks(parts)):
        raise LeakError("; ".join(found))


def leaks(parts: Split) -> Iterator[str]:
    """Yield a sentence for each leak.

    Members who should be held out, but have training rows; target titles among the same member's inputs; held-out
    scores among the training rows.
    """
    counts = {
        "members of the held-out folds have training rows": _held_out_members(parts.train),
        "validation targets are inputs too": _shared_titles(parts.validation),
        "test targets are inputs too": _shared_titles(parts.test),
        "held-out scores are training rows too": _shared_rows(parts.train, parts.ratings),
    }
    for leak, count in counts.items():
        if count:
            yield f"{count} {leak}"


def _held_out_members(train: Interactions) -> int:
    has_rows = np.bincount(train.user_index, minlength=len(train.users)) > 0
    return int((has_rows & (crc32_of_each(train.users.keys) % 10 <= VALIDATION)).sum())


def _shared_titles(held_out: HeldOut) -> int:
    return held_out.inputs.watched().multiply(held_out.targets.watched()).nnz


def _shared_rows(train: Interactions, ratings: Interactions) -> int:
    return len(np.intersect1d(_pairs(train), _pairs(ratings)))


def _pairs(rows: Interactions) -> NDArray[np.int64]:
    return rows.user_index.astype(np.int64) * max(len(rows.items), 1) + rows.item_index


def twins(held_out: HeldOut, parts: Split) -> NDArray[np.bool_]:
    """Return an (n_members,) mask of held-out members whose whole list is a training or learning member's, too.

    No fault of the split, but people who are in the data twice: a model has seen their targets. Only lists of LONG or
    more titles are compared, because short ones may be equal by chance.
    """
    known = parts.train.histories().matrix + parts.ratings.histories().matrix
    learned = parts.learning.inputs.matrix + parts.learning.targets.matrix
    seen = {*_lists(known), *_lists(learned)} - {None}
    return np.array([row in seen for row in _lists(held_out.inputs.matrix + held_out.targets.matrix)], dtype=bool)


def _lists(matrix: sp.spmatrix) -> list[bytes | None]:
    """Return each row of a sparse matrix as bytes; None if it is shorter than LONG."""
    rows = matrix.tocsr()
    rows.sort_indices()
    spans = zip(rows.indptr[:-1].tolist(), rows.indptr[1:].tolist(), strict=True)
    return [
        rows.indices[a:b].astype(np.int32).tobytes() + rows.data[a:b].astype(np.float32).tobytes()
        if b - a >= LONG
        else None
        for a, b in spans
    ]
