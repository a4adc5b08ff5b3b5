"""Synthetic ratings of any size that resemble real ones, for scaling tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Interactions

COPIED_SHARE = (0.6, 0.9)  # minimum and maximum part of a real list that goes into a synthetic one
ROUNDS = 6  # of sampling: duplicates and excluded titles are drawn again
USERS_AT_ONCE = 10_000


@dataclass(frozen=True)
class SyntheticRows:
    """Parallel arrays of unique (user, item) pairs. user: numbers from 0. item_index: into the real data's titles.

    score: 1–10, or 0 for none.
    """

    user: NDArray[np.int64]
    item_index: NDArray[np.int32]
    score: NDArray[np.int8]


def synthesize(real: Interactions, n_users: int, seed: int) -> Iterator[SyntheticRows]:
    """Yield the lists of n_users synthetic users in batches of USERS_AT_ONCE, with one batch in memory at a time.

    Each starts with a random part of a random real list and is filled up towards that list's length by walks: from a
    title of that part to a user who watched it, and to another title of theirs, with their score. All draws are uniform
    over rows, so popularity, list lengths, scores and co-occurrence stay similar. Titles left out of the real list are
    never drawn again: no list of two or more titles contains the real one.
    """
    generator = np.random.default_rng(seed)
    lists = real.histories().matrix
    walk = _Walk(lists, lists.tocsc(), generator)
    for start in range(0, n_users, USERS_AT_ONCE):
        yield _batch(walk, start, min(USERS_AT_ONCE, n_users - start))


@dataclass(frozen=True)
class _Walk:
    """lists: (n_users, n_items) score + 1, by user; audiences: the same by title."""

    lists: sp.csr_matrix
    audiences: sp.csc_matrix
    generator: np.random.Generator

    def steps(self, items: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return, for each of (n,) titles, a title on the list of a user who watched it, and their score + 1."""
        users = self.audiences.indices[self._one_of(self.audiences.indptr, items)]
        entries = self._one_of(self.lists.indptr, users)
        return self.lists.indices[entries], self.lists.data[entries]

    def _one_of(self, indptr: NDArray[np.integer], rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the position of a random entry of each compressed row."""
        return indptr[rows] + (self.generator.random(len(rows)) * np.diff(indptr)[rows]).astype(np.int64)


def _batch(walk: _Walk, first_user: int, n_users: int) -> SyntheticRows:
    generator, n_items = walk.generator, walk.lists.shape[1]
    with_a_list = np.flatnonzero(np.diff(walk.lists.indptr))
    templates = walk.lists[generator.choice(with_a_list, n_users)]
    length = np.diff(templates.indptr)
    user = np.repeat(np.arange(n_users), length)
    cells = user * n_items + templates.indices  # a pair as one number, ascending
    copy = _copy_mask(user, templates.indptr, generator)
    excluded = cells[~copy]
    pairs, values = cells[copy], templates.data[copy]
    start, n_copies = np.searchsorted(pairs, np.arange(n_users) * n_items), np.bincount(user[copy], minlength=n_users)
    origins = templates.indices[copy]
    for _ in range(ROUNDS):
        open_places = np.repeat(np.arange(n_users), length - np.bincount(pairs // n_items, minlength=n_users))
        position = start[open_places] + (generator.random(len(open_places)) * n_copies[open_places]).astype(np.int64)
        items, scores = walk.steps(origins[position])
        candidates = open_places * n_items + items
        is_allowed = ~np.isin(candidates, excluded)
        pairs, first = np.unique(np.concatenate([pairs, candidates[is_allowed]]), return_index=True)
        values = np.concatenate([values, scores[is_allowed]])[first]
    return SyntheticRows(
        first_user + pairs // n_items, (pairs % n_items).astype(np.int32), (values - 1).astype(np.int8)
    )


def _copy_mask(
    user: NDArray[np.integer], indptr: NDArray[np.integer], generator: np.random.Generator
) -> NDArray[np.bool_]:
    """Return a mask of rows to copy: at least one of every list, and not all of a list of two or more."""
    length = np.diff(indptr)
    mask = generator.random(len(user)) < generator.uniform(*COPIED_SHARE, len(length))[user]
    excluded = (generator.random(len(length)) * length).astype(np.int64)
    mask[indptr[:-1] + excluded] = False
    mask[indptr[:-1] + (excluded + 1) % length] = True
    return mask
