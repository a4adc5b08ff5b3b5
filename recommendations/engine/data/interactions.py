"""Interactions, who watched which title with which score, as contiguous arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.title_features import TitleFeatures

LIKED = 8.0  # minimum score of a liked title

IntArray = NDArray[np.integer]
FloatArray = NDArray[np.floating]


class IdMap:
    """Ids (any int64) ↔ contiguous indices (0 … n-1), ordered by id.

    `keys` are the texts hashed for splitting, by default the ids themselves. Raises ValueError for unsorted or
    duplicate ids.
    """

    def __init__(self, ids: IntArray, keys: Sequence[str] | None = None) -> None:
        self.ids = np.ascontiguousarray(ids, dtype=np.int64)
        if (np.diff(self.ids) <= 0).any():
            raise ValueError("ids must be ascending and unique")
        self._keys = keys

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdMap) and np.array_equal(self.ids, other.ids)

    __hash__ = None  # type: ignore[assignment]

    @property
    def keys(self) -> Sequence[str]:
        return self._keys if self._keys is not None else [str(i) for i in self.ids.tolist()]

    def index_of(self, ids: IntArray) -> NDArray[np.int64]:
        """Return the (n,) indices of (n,) ids; -1 for an id that is not in the map."""
        ids = np.asarray(ids, dtype=np.int64)
        if not len(self.ids):
            return np.full(len(ids), -1)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, at, -1)

    def take(self, indices: IntArray) -> IdMap:
        """Return a map of the ids at `indices` (ascending)."""
        keys = None if self._keys is None else [self._keys[i] for i in indices.tolist()]
        return IdMap(self.ids[indices], keys)


@dataclass(frozen=True)
class Interactions:
    """Rows (user, item, score), each pair once. score: 1–10, or 0 for "watched, not scored".

    user_index, item_index: (n,) int32 into `users` and `items`. recent: (n,) bool, True for interactions known to be
    from the last weeks (False for archives, which have no dates). features: of `items`, if a catalogue is available.
    """

    users: IdMap
    items: IdMap
    user_index: NDArray[np.int32]
    item_index: NDArray[np.int32]
    score: NDArray[np.float32]
    recent: NDArray[np.bool_]
    features: TitleFeatures | None = None

    @classmethod
    def from_ids(
        cls,
        user_ids: IntArray,
        item_ids: IntArray,
        scores: FloatArray | IntArray,
        recent: NDArray[np.bool_] | None = None,
    ) -> Interactions:
        """Build from parallel arrays of ids; of duplicate pairs the first wins.

        Raises ValueError for a score outside 0–10.
        """
        scores = np.asarray(scores, dtype=np.float32)
        bad = ~((scores >= 0) & (scores <= 10))
        if bad.any():
            row = int(bad.argmax())
            raise ValueError(f"row {row + 1}: {scores[row]:g} is not a score (1–10, or 0 for none)")
        users, user_index = _numbered(np.asarray(user_ids))
        items, item_index = _numbered(np.asarray(item_ids))
        _, first = np.unique(user_index.astype(np.int64) * max(len(items), 1) + item_index, return_index=True)
        recent = np.zeros(len(scores), dtype=bool) if recent is None else recent
        return cls(IdMap(users), IdMap(items), user_index[first], item_index[first], scores[first], recent[first])

    def __len__(self) -> int:
        return len(self.score)

    def where(self, rows: NDArray[np.bool_]) -> Interactions:
        """Return the same members and titles with only the rows in the mask."""
        return replace(
            self,
            user_index=self.user_index[rows],
            item_index=self.item_index[rows],
            score=self.score[rows],
            recent=self.recent[rows],
        )

    def restricted(self, users: IntArray, items: IntArray) -> Interactions:
        """Return only the users and items at these ascending indices, renumbered from 0."""
        user_at = _positions(users, len(self.users))[self.user_index]
        item_at = _positions(items, len(self.items))[self.item_index]
        keep = (user_at >= 0) & (item_at >= 0)
        return Interactions(
            self.users.take(users),
            self.items.take(items),
            user_at[keep].astype(np.int32),
            item_at[keep].astype(np.int32),
            self.score[keep],
            self.recent[keep],
            None if self.features is None else self.features.take(items),
        )

    def histories(self) -> Histories:
        """Return one list per user of `users`."""
        shape = (len(self.users), len(self.items))
        return Histories(sp.csr_matrix((self.score + 1, (self.user_index, self.item_index)), shape=shape))

    def fingerprint(self) -> str:
        """Return a SHA-256 of users, items and scores: the same for the same rows on every machine."""
        digest = hashlib.sha256()
        for array in (self.users.ids, self.items.ids, self.user_index, self.item_index, self.score):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def item_counts(self) -> NDArray[np.int64]:
        """Return the (n_items,) number of members who watched each title."""
        return np.bincount(self.item_index, minlength=len(self.items))


def _numbered(ids: IntArray) -> tuple[NDArray[np.integer], NDArray[np.int32]]:
    """Return the ascending unique ids and the index of each of (n,) ids: `np.unique` in a tenth of its time.

    Dense ids are looked up in a table of the whole range. Others are mostly grouped already, so that only one id per
    run needs sorting.
    """
    if not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    low, span = ids.min(), int(ids.max()) - int(ids.min()) + 1
    if span <= 4 * len(ids) + 1024:
        present = np.zeros(span, dtype=bool)
        present[ids - low] = True
        return np.flatnonzero(present) + low, (np.cumsum(present, dtype=np.int32) - np.int32(1))[ids - low]
    starts = np.flatnonzero(np.diff(ids, prepend=ids[0] - 1))
    unique, index = np.unique(ids[starts], return_inverse=True)
    return unique, np.repeat(index.astype(np.int32), np.diff(starts, append=len(ids)))


def _positions(indices: IntArray, length: int) -> NDArray[np.int64]:
    at = np.full(length, -1)
    at[indices] = np.arange(len(indices))
    return at


class Histories:
    """Members' lists as models read them: a sparse (n_members, n_items) matrix.

    The stored value is score + 1, which distinguishes watched without a score (1) from not watched (absent).
    """

    def __init__(self, score_plus_one: sp.csr_matrix) -> None:
        self.matrix = score_plus_one.tocsr().astype(np.float32)
        self.matrix.sort_indices()

    @classmethod
    def of_one(cls, item_index: IntArray, scores: FloatArray | IntArray, n_items: int) -> Histories:
        """Build from one member's list; scores 1–10, 0 for none."""
        values = np.asarray(scores, dtype=np.float32) + 1
        return cls(sp.csr_matrix((values, (np.zeros(len(values), dtype=np.int32), item_index)), shape=(1, n_items)))

    @property
    def shape(self) -> tuple[int, int]:
        return self.matrix.shape

    def __len__(self) -> int:
        return self.matrix.shape[0]

    def __getitem__(self, rows: slice) -> Histories:
        return Histories(self.matrix[rows])

    def row(self, member: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (item_index, scores) of one member; 0 for no score."""
        span = slice(self.matrix.indptr[member], self.matrix.indptr[member + 1])
        return self.matrix.indices[span], self.matrix.data[span] - 1

    def watched(self) -> sp.csr_matrix:
        """Return a matrix with 1 where watched."""
        return self._with(np.ones_like(self.matrix.data))

    def liked(self) -> sp.csr_matrix:
        """Return a matrix with 1 where scored LIKED or better."""
        return self._with((self.matrix.data >= LIKED + 1).astype(np.float32))

    def scores(self) -> sp.csr_matrix:
        """Return the matrix of scores, without unscored titles."""
        return self._with(self.matrix.data - 1)

    def _with(self, values: NDArray[np.float32]) -> sp.csr_matrix:
        matrix = sp.csr_matrix((values, self.matrix.indices, self.matrix.indptr), shape=self.matrix.shape, copy=True)
        matrix.eliminate_zeros()
        return matrix
