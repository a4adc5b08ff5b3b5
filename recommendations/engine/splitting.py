"""Strong generalisation: whole members are held out, and a part of each one's list is what models must find.

Hashes decide, so the same member is held out in every run: a published model never trained on the members that judge
its successor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.crc import crc32_of_each, crc32_of_pairs
from recommendations.engine.interactions import Histories, IdMap, Interactions

TEST, VALIDATION = 0, 1  # user folds of ten; the other eight train
MIN_ITEM, MIN_USER = 5, 10


@dataclass(frozen=True)
class HeldOut:
    """Members no model has seen. `inputs` is what a model may read; `targets` is what it should rank high.

    Both are (n_members, n_items) Histories over the same members and titles.
    """

    inputs: Histories
    targets: Histories


@dataclass(frozen=True)
class Split:
    """`train` to fit on; `ratings` are scored rows of training members kept out of it, for rating errors."""

    train: Interactions
    ratings: Interactions
    validation: HeldOut
    test: HeldOut


def split(interactions: Interactions) -> Split:
    """Split by the rules of the shared benchmark (users by crc32(user) % 10, pairs by crc32("user:item")).

    Users 0 = test, 1 = validation, needing MIN_USER rows each. Their targets: pair % 5 == 0. Ratings kept out of
    training: scored, pair % 10 == 3. Titles: those with MIN_ITEM or more training rows.
    """
    user_fold = crc32_of_each(interactions.users.keys) % 10
    pair = _pair_hashes(interactions)
    fold = user_fold[interactions.user_index]
    kept_out = (fold > VALIDATION) & (pair % 10 == 3) & (interactions.score > 0)
    training = (fold > VALIDATION) & ~kept_out

    items = np.flatnonzero(
        np.bincount(interactions.item_index[training], minlength=len(interactions.items)) >= MIN_ITEM
    )
    train_users = np.flatnonzero(user_fold > VALIDATION)
    return Split(
        train=interactions.where(training).restricted(train_users, items),
        ratings=interactions.where(kept_out).restricted(train_users, items),
        validation=_held_out(interactions, user_fold == VALIDATION, pair, items),
        test=_held_out(interactions, user_fold == TEST, pair, items),
    )


def all_for_training(interactions: Interactions) -> Interactions:
    """Every member to train on, and the titles that MIN_ITEM of them or more watched."""
    items = np.flatnonzero(interactions.item_counts() >= MIN_ITEM)
    return interactions.restricted(np.arange(len(interactions.users)), items)


def hold_out_all(interactions: Interactions, items: IdMap) -> HeldOut:
    """Every member of a second file as held out, over the titles of the first; rows of other titles are left out.

    The pairs are hashed as in `split`, by this file's own users and titles.
    """
    pair = _pair_hashes(interactions)
    everybody = np.arange(len(interactions.users))
    long_enough = np.bincount(interactions.user_index, minlength=len(everybody)) >= MIN_USER
    at = items.index_of(interactions.items.ids)[interactions.item_index]
    known = (at >= 0) & long_enough[interactions.user_index]
    users = np.unique(interactions.user_index[known])

    def histories(rows: NDArray[np.bool_]) -> Histories:
        member = np.searchsorted(users, interactions.user_index[rows])
        shape = (len(users), len(items))
        return Histories(sp.csr_matrix((interactions.score[rows] + 1, (member, at[rows])), shape=shape))

    target = pair % 5 == 0
    return HeldOut(inputs=histories(known & ~target), targets=histories(known & target))


def _held_out(
    interactions: Interactions, member: NDArray[np.bool_], pair: NDArray[np.uint32], items: NDArray[np.integer]
) -> HeldOut:
    list_length = np.bincount(interactions.user_index, minlength=len(interactions.users))
    known = np.isin(interactions.item_index, items)
    with_known = np.bincount(interactions.user_index[known], minlength=len(interactions.users)) > 0
    users = np.flatnonzero(member & (list_length >= MIN_USER) & with_known)
    target = pair % 5 == 0
    return HeldOut(
        inputs=interactions.where(~target).restricted(users, items).histories(),
        targets=interactions.where(target).restricted(users, items).histories(),
    )


def _pair_hashes(interactions: Interactions) -> NDArray[np.uint32]:
    users = [f"{key}:" for key in interactions.users.keys]
    return crc32_of_pairs(users, interactions.items.keys, interactions.user_index, interactions.item_index)
