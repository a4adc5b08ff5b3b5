"""Linear item-item models: a score is a weighted sum over listed titles, so it explains itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Scorer
from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.matrices.dense import invert_positive_definite, lower_gram, scaled_columns

COLUMNS_AT_ONCE = 512
Share = Callable[[Interactions], Sequence[Callable[[], Histories]]]
# What makes members' lists readable for a cluster's workers, in parts. None: the model is fitted in this process.
sharing: ContextVar[Share | None] = ContextVar("sharing", default=None)
CHANNELS = ("watched", "liked")  # the order of the two weight matrices in the arrays


@dataclass
class RatingAwareEase(Scorer):
    """EASE with two facts of each listed title as inputs and outputs: that it was watched, and that it was liked.

    score = [watched ‖ liked] · (L + watched_weight · W). L and W minimise the denoised ridge regressions of the liked
    and of the watched matrix on the two side by side, where neither fact of a title may predict the title itself. Rows
    are damped: divided by their length ^ damping. Each column keeps its `neighbours` largest weights by magnitude: that
    ranks no worse and is 30 times smaller, so that a web process can hold it. docs/decisions/0003 has the figures.

    Source: Steck 2019 (arXiv:1905.03375) eq. 8 for the closed form; Steck 2020 (EDLAE, NeurIPS 33) for the
    denoising diagonal. Deviations: two facts per title, hence two constraints per column; damping; truncation.
    """

    name: ClassVar[str] = "linear"
    has_tiles: ClassVar[bool] = True  # a cluster can fit it
    l2: float = 20.0
    denoise: float = 0.2
    damping: float = 0.25
    watched_weight: float = 0.5
    neighbours: int = 400

    def fit(self, train: Interactions) -> Self:
        is_known = train.item_counts() > 0
        if self.has_tiles and (share := sharing.get()) is not None:
            return self.fit_parts(share(train), is_known)
        weights = self._weights(self._inputs(train.histories())[:, np.tile(is_known, 2)])
        self._arrays = {**compressed(_spread(weights, is_known)), "known": is_known}
        return self

    def fit_parts(self, parts: Sequence[Callable[[], Histories]], is_known: NDArray[np.bool_]) -> Self:
        """Fit on members who are loaded part by part, in this process or on Dask's cluster: `engine.matrices.tiles`.

        parts: each returns the lists of some members over all titles; with a cluster, its workers call them.
        is_known: (n_items,) bool, the titles with interactions.
        """
        from recommendations.engine.matrices import tiles

        layout = tiles.Layout.of(int(is_known.sum()))
        gram = self.gram_graph(parts, is_known)
        inverse = tiles.inverse_tiles(tiles.on_the_diagonal(gram, layout, self._regularised), layout)
        columns = tiles.compute(tiles.on_columns(inverse, layout, partial(_largest_weights, self._unfitted())))
        self._arrays = {**compressed(_spread(stacked(columns), is_known)), "known": is_known}
        return self

    def gram_graph(
        self, parts: Sequence[Callable[[], Histories]], is_known: NDArray[np.bool_]
    ) -> dict[tuple[int, int], Any]:
        """Return the delayed tiles of the inputs' Gram matrix."""
        from recommendations.engine.matrices import tiles

        layout = tiles.Layout.of(int(is_known.sum()))
        return tiles.gram_tiles([partial(_known_inputs, self._unfitted(), part, is_known) for part in parts], layout)

    def _unfitted(self) -> Self:
        return replace(self)  # the parameters alone, for tasks that may travel

    def _regularised(self, gram: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return a square of the Gram matrix on its diagonal with the ridge added."""
        own = np.diag(gram)
        return gram + np.diag(self.l2 + self.denoise * own)

    def score(self, histories: Histories) -> NDArray[np.float32]:
        scores = (self._inputs(histories) @ self.all_weights).toarray()
        scores[:, ~self.arrays["known"]] = np.nan
        return scores

    def weights(self, channel: str) -> sp.csr_matrix:
        """Return (n_items, n_items): row = listed title, column = scored title. channel: "watched" or "liked"."""
        n_items = len(self.arrays["known"])
        first = CHANNELS.index(channel) * n_items
        return self.all_weights[first : first + n_items]

    def halved(self) -> Arrays:
        """Return the arrays with half floats as weights, half of what a web process would have in memory of them."""
        return self.arrays | {"weights": self.arrays["weights"].astype(np.float16)}

    @property
    def all_weights(self) -> sp.csr_matrix:
        """Return (2 · n_items, n_items): the weights of CHANNELS, one below the other."""
        a = self.arrays
        shape = (len(CHANNELS) * len(a["known"]), len(a["known"]))
        return sp.csr_matrix((a["weights"].astype(np.float32), a["titles"].astype(np.int32), a["indptr"]), shape=shape)

    def _inputs(self, histories: Histories) -> sp.csr_matrix:
        """Return (n_members, 2 · n_items) damped rows of CHANNELS."""
        channels = [damp(matrix, self.damping) for matrix in (histories.watched(), histories.liked())]
        return sp.hstack(channels, format="csr")

    def _weights(self, inputs: sp.csr_matrix) -> sp.csr_matrix:
        """Return (2 · n_items, n_items) weights from (n_members, 2 · n_items) inputs."""
        gram = lower_gram(inputs, np.float32)
        diagonal = np.diag_indices_from(gram)
        gram[diagonal] += self.l2 + self.denoise * gram[diagonal]
        return self._truncated(invert_positive_definite(gram))

    def _truncated(self, inverse: NDArray[np.floating]) -> sp.csr_matrix:
        """Return the truncated weights."""
        n = len(inverse) // 2

        def columns(block: slice) -> NDArray[np.floating]:
            return self._columns(inverse[:, block], inverse[:, n:][:, block], block.start)

        return largest_per_column(columns, n, self.neighbours)

    def _columns(self, watched: NDArray[np.floating], liked: NDArray[np.floating], first: int) -> NDArray[np.floating]:
        """Return weights -P[:, S] · P[S, S]⁻¹[:, f] for fact f (P: inverse, S: a title's facts), (2 · n_items, width).

        watched, liked: (2 · n_items, width) of P, the columns of both facts of the titles from `first` on.
        """
        n, column = len(watched) // 2, np.arange(watched.shape[1])
        title = first + column
        own = watched[title, column], liked[title, column], liked[n + title, column]
        determinant = own[0] * own[2] - own[1] ** 2
        of_watched = (own[1] - self.watched_weight * own[2]) / determinant
        of_liked = (self.watched_weight * own[1] - own[0]) / determinant
        return watched * of_watched + liked * of_liked


@dataclass
class Ease(Scorer):
    """EASE as published, untruncated: the baseline for the other models. It ignores scores.

    score = watched · B, where B is the ridge regression of the watched matrix on itself with a zero diagonal. With a
    `dropout` above 0 it is EDLAE: as if that share of each list were hidden.
    Source: Steck 2019 (arXiv:1905.03375) eq. 8; Steck 2020 (NeurIPS), "Autoencoders that don't overfit towards the
    identity", eq. 10.
    """

    name: ClassVar[str] = "ease"
    l2: float = 200.0
    dropout: float = 0.0

    def fit(self, train: Interactions) -> Self:
        watched = train.histories().watched()
        gram = lower_gram(watched, np.float64)
        diagonal = np.diag_indices_from(gram)
        gram[diagonal] += self.l2 + self.dropout / (1 - self.dropout) * gram[diagonal]
        inverse = invert_positive_definite(gram)
        weights = scaled_columns(inverse, -1 / inverse[diagonal])
        weights[diagonal] = 0
        self._arrays = {"weights": weights, "known": train.item_counts() > 0}
        return self

    def score(self, histories: Histories) -> NDArray[np.float32]:
        scores = histories.watched() @ self.arrays["weights"]
        scores[:, ~self.arrays["known"]] = np.nan
        return scores


def _known_inputs(model: RatingAwareEase, part: Callable[[], Histories], is_known: NDArray[np.bool_]) -> sp.csr_matrix:
    return model._inputs(part())[:, np.tile(is_known, 2)]


def _largest_weights(model: RatingAwareEase, columns: NDArray[np.floating], titles: slice) -> sp.csc_matrix:
    """Return the truncated weights for some titles, from the inverse's columns of their facts, watched before liked."""
    n, width = len(columns) // 2, columns.shape[1] // 2
    weights = model._columns(columns[:, :width], columns[:, width:], titles.start)
    return largest_of(weights, titles.start, n, model.neighbours)


def compressed(rows: sp.csr_matrix) -> Arrays:
    """Return a (2 · n_items, n_items) weight matrix as the arrays `indptr`, `titles` and `weights`."""
    return {
        "indptr": rows.indptr.astype(np.int32),
        "titles": rows.indices.astype(np.min_scalar_type(rows.shape[1])),
        "weights": rows.data.astype(np.float32),
    }


def _spread(weights: sp.csr_matrix, is_known: NDArray[np.bool_]) -> sp.csr_matrix:
    """Expand weights between titles with interactions to weights between all titles."""
    titles = np.flatnonzero(is_known)
    counts = np.zeros(2 * len(is_known), dtype=np.int64)
    counts[np.concatenate([titles, len(is_known) + titles])] = np.diff(weights.indptr)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return sp.csr_matrix((weights.data, titles[weights.indices], indptr), shape=(2 * len(is_known), len(is_known)))


def damp(matrix: sp.csr_matrix, power: float) -> sp.csr_matrix:
    """Return rows divided by their number of entries ^ power, so that long lists count less."""
    length = np.maximum(np.diff(matrix.indptr), 1)
    return sp.csr_matrix(
        (
            matrix.data * np.repeat(length**-power, np.diff(matrix.indptr)).astype(np.float32),
            matrix.indices,
            matrix.indptr,
        ),
        shape=matrix.shape,
    )


def largest_per_column(columns: Callable[[slice], NDArray[np.floating]], n_columns: int, k: int) -> sp.csr_matrix:
    """Return the k largest entries of each column by magnitude, excluding a title's weights for itself.

    columns: returns (n_rows, width) columns as a new array, which is modified; n_rows is a multiple of n_columns, with
    one row per title and fact.
    """
    starts = range(0, n_columns, COLUMNS_AT_ONCE)
    blocks = [slice(start, min(start + COLUMNS_AT_ONCE, n_columns)) for start in starts]
    return stacked([largest_of(columns(block), block.start, n_columns, k) for block in blocks])


def largest_of(block: NDArray[np.floating], first: int, n_columns: int, k: int) -> sp.csc_matrix:
    """Return the k largest entries of each column of a block, which is modified; first: its first column's index."""
    n_rows, width = block.shape
    for own in range(first, n_rows, n_columns):
        block[np.arange(own, own + width), np.arange(width)] = 0
    depth = min(k, n_rows - 1)
    rows = np.argpartition(-np.abs(block), max(depth - 1, 0), axis=0)[:depth]
    values = np.take_along_axis(block, rows, 0).astype(np.float32)
    indptr = np.arange(0, (width + 1) * depth, max(depth, 1)) if depth else np.zeros(width + 1, dtype=np.int64)
    return sp.csc_matrix((values.T.ravel(), rows.T.ravel(), indptr), shape=(n_rows, width))


def stacked(blocks: Sequence[sp.csc_matrix]) -> sp.csr_matrix:
    """Return blocks of columns as one matrix."""
    weights = sp.hstack(blocks, format="csc")
    weights.eliminate_zeros()
    weights.sort_indices()
    return weights.tocsr()
