"""Synthetic ratings of any size in the likeness of real ones: for tests of growth. Nobody gave them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Interactions

KEPT = (0.6, 0.9)  # the smallest and the largest part of a real list that goes into a synthetic one
ROUNDS = 6  # of drawing: what was drawn twice, or may not be drawn, is drawn again
USERS_AT_ONCE = 10_000


@dataclass(frozen=True)
class SyntheticRows:
    """Parallel arrays, each pair of user and item once. user: numbers from 0. item_index: of the real data's titles.

    score: 1–10, or 0 for none.
    """

    user: NDArray[np.int64]
    item_index: NDArray[np.int32]
    score: NDArray[np.int8]


def synthesize(real: Interactions, n_users: int, seed: int) -> Iterator[SyntheticRows]:
    """The lists of n_users people in parts of USERS_AT_ONCE; no more than a part is in memory.

    Each begins with a random part of a real list, drawn at random, and is filled up to that list's length by walks:
    from a title of that part to somebody who watched it, and to another title of theirs, with their score. All draws
    are uniform over the rows there are, so popularity, list lengths, scores and what is watched together stay much as
    they are. What was left out of the real list is never drawn again: no list of two or more titles contains the real
    one.
    """
    generator = np.random.default_rng(seed)
    lists = real.histories().matrix
    walk = _Walk(lists, lists.tocsc(), generator)
    for start in range(0, n_users, USERS_AT_ONCE):
        yield _part(walk, start, min(USERS_AT_ONCE, n_users - start))


@dataclass(frozen=True)
class _Walk:
    """lists: (n_users, n_items) score + 1, by user; audiences: the same by title."""

    lists: sp.csr_matrix
    audiences: sp.csc_matrix
    generator: np.random.Generator

    def steps(self, items: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """(n,) titles → (n,) titles on the list of somebody who watched each, and their score + 1."""
        somebody = self.audiences.indices[self._one_of(self.audiences.indptr, items)]
        found = self._one_of(self.lists.indptr, somebody)
        return self.lists.indices[found], self.lists.data[found]

    def _one_of(self, indptr: NDArray[np.integer], rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """For each compressed row, where one of its entries is stored."""
        return indptr[rows] + (self.generator.random(len(rows)) * np.diff(indptr)[rows]).astype(np.int64)


def _part(walk: _Walk, first_user: int, n_users: int) -> SyntheticRows:
    generator, n_items = walk.generator, walk.lists.shape[1]
    with_a_list = np.flatnonzero(np.diff(walk.lists.indptr))
    chosen = walk.lists[generator.choice(with_a_list, n_users)]
    length = np.diff(chosen.indptr)
    user = np.repeat(np.arange(n_users), length)
    cells = user * n_items + chosen.indices  # a pair as one number, ascending
    kept = _kept(user, chosen.indptr, generator)
    left_out = cells[~kept]
    found, values = cells[kept], chosen.data[kept]
    start, n_kept = np.searchsorted(found, np.arange(n_users) * n_items), np.bincount(user[kept], minlength=n_users)
    origins = chosen.indices[kept]
    for _ in range(ROUNDS):
        open_places = np.repeat(np.arange(n_users), length - np.bincount(found // n_items, minlength=n_users))
        begin = start[open_places] + (generator.random(len(open_places)) * n_kept[open_places]).astype(np.int64)
        items, scores = walk.steps(origins[begin])
        drawn = open_places * n_items + items
        new = ~np.isin(drawn, left_out)
        found, first = np.unique(np.concatenate([found, drawn[new]]), return_index=True)
        values = np.concatenate([values, scores[new]])[first]
    return SyntheticRows(
        first_user + found // n_items, (found % n_items).astype(np.int32), (values - 1).astype(np.int8)
    )


def _kept(user: NDArray[np.integer], indptr: NDArray[np.integer], generator: np.random.Generator) -> NDArray[np.bool_]:
    """Which rows stay: of every list at least one, and of every list of two or more not all."""
    length = np.diff(indptr)
    kept = generator.random(len(user)) < generator.uniform(*KEPT, len(length))[user]
    one = (generator.random(len(length)) * length).astype(np.int64)
    kept[indptr[:-1] + one] = False
    kept[indptr[:-1] + (one + 1) % length] = True
    return kept
