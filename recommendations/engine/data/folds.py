"""Cross-fitting: training members to learn from, each by models fitted without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.splitting import MIN_USER, HeldOut

FOLDS = 4
MEMBERS_OF_FOLD = 1500  # enough: all members of the shared ratings taught a network no more


@dataclass(frozen=True)
class Fold:
    """A part of the training members.

    others: the rows of all members but the fold's, over the same users and titles. held_out: up to MEMBERS_OF_FOLD
    of the fold's members, whole lists as inputs.
    """

    others: Interactions
    held_out: HeldOut


def folds(train: Interactions, seed: int = 0) -> Iterator[Fold]:
    """Yield FOLDS folds of the training members at random, with the members that have MIN_USER titles or more.

    A fold without such a member is left out.
    """
    generator = np.random.default_rng(seed)
    fold_of = generator.permutation(len(train.users)) % FOLDS
    lists = train.histories().matrix
    is_long = np.diff(lists.indptr) >= MIN_USER
    for number in range(FOLDS):
        members = generator.permutation(np.flatnonzero((fold_of == number) & is_long))[:MEMBERS_OF_FOLD]
        if len(members):
            yield Fold(train.where(fold_of[train.user_index] != number), _whole_lists(lists, np.sort(members)))


def _whole_lists(lists: sp.csr_matrix, members: NDArray[np.integer]) -> HeldOut:
    inputs = lists[members]
    return HeldOut(Histories(inputs), Histories(sp.csr_matrix(inputs.shape, dtype=np.float32)))
