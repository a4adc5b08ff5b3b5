"""Strong generalisation: whole members are held out, and models predict a part of each one's list.

Hashes decide, so the same member is held out in every run: a published model never trained on the members that judge
its successor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.crc import crc32_of_each, crc32_of_pairs
from recommendations.engine.data.interactions import Histories, IdMap, Interactions
from recommendations.engine.data.title_features import TitleFeatures

TEST, VALIDATION = 0, 1  # user folds of ten; the other eight train
MIN_ITEM, MIN_USER = 5, 10
HIDDEN_OF = 20
JUDGES_OF = 4
LEAST_TO_LEARN_FROM = 300  # members; with fewer a network overfits


@dataclass(frozen=True)
class HeldOut:
    """Held-out members: a model may read `inputs` and should rank `targets` high.

    Both are (n_members, n_items) Histories over the same members and titles.
    """

    inputs: Histories
    targets: Histories

    def members(self, which: NDArray[np.bool_] | NDArray[np.integer]) -> HeldOut:
        """Return a subset of the members, by mask or index."""
        return HeldOut(Histories(self.inputs.matrix[which]), Histories(self.targets.matrix[which]))


@dataclass(frozen=True)
class Split:
    """`train` to fit on; `ratings`: scored rows of training members held out of it, for rating errors.

    judges: (n_validation,) bool, the validation members that decide whether a model is published.
    """

    train: Interactions
    ratings: Interactions
    validation: HeldOut
    test: HeldOut
    judges: NDArray[np.bool_]

    @property
    def judging(self) -> HeldOut:
        """Return the validation members that no published model, in any version, has learned from."""
        return self.validation.members(self.judges)

    @property
    def learning(self) -> HeldOut:
        """Return the other validation members, for models that learn to weigh other models' evidence.

        Empty, with all of them judging, if they would be fewer than LEAST_TO_LEARN_FROM.
        """
        return self.validation.members(~self.judges)


def split(interactions: Interactions) -> Split:
    """Split by the rules of the shared benchmark (users by crc32(user) % 10, pairs by crc32("user:item")).

    Users 0 = test, 1 = validation, with at least MIN_USER rows each. Their targets: pair % 5 == 0. Ratings held out of
    training: scored, pair % 10 == 3. Titles: those with MIN_ITEM or more training rows. Our addition: one validation
    user in JUDGES_OF judges, by the hash's next digits.
    """
    user_hash = crc32_of_each(interactions.users.keys)
    user_fold = user_hash % 10
    pair = _pair_hashes(interactions)
    fold = user_fold[interactions.user_index]
    rating_mask = (fold > VALIDATION) & (pair % 10 == 3) & (interactions.score > 0)
    training = (fold > VALIDATION) & ~rating_mask

    items = np.flatnonzero(
        np.bincount(interactions.item_index[training], minlength=len(interactions.items)) >= MIN_ITEM
    )
    train_users = np.flatnonzero(user_fold > VALIDATION)
    validating = _worth_holding_out(interactions, user_fold == VALIDATION, items)
    judges = user_hash[validating] // 10 % JUDGES_OF == 0
    if (~judges).sum() < LEAST_TO_LEARN_FROM:
        judges[:] = True
    return Split(
        train=interactions.where(training).restricted(train_users, items),
        ratings=interactions.where(rating_mask).restricted(train_users, items),
        validation=_held_out(interactions, validating, pair, items),
        test=_held_out(interactions, _worth_holding_out(interactions, user_fold == TEST, items), pair, items),
        judges=judges,
    )


def all_for_training(interactions: Interactions) -> Interactions:
    """Return all members for training, with the titles that at least MIN_ITEM of them watched."""
    items = np.flatnonzero(interactions.item_counts() >= MIN_ITEM)
    return interactions.restricted(np.arange(len(interactions.users)), items)


def all_over(interactions: Interactions, items: IdMap, features: TitleFeatures | None) -> Interactions:
    """Return all members' rows over `items`, without titles that fewer than MIN_ITEM of them watched.

    features: of `items`, which may include titles without rows.
    """
    at = items.index_of(interactions.items.ids)
    is_included = (at >= 0) & (interactions.item_counts() >= MIN_ITEM)
    rows = interactions.where(is_included[interactions.item_index])
    return replace(rows, items=items, item_index=at[rows.item_index].astype(np.int32), features=features)


def hold_out_all(interactions: Interactions, items: IdMap) -> HeldOut:
    """Return all members of a second data set as held out, over the titles of the first; other titles are dropped.

    Members need MIN_USER rows and one of these titles. Pairs are hashed as in `split`, by the second data set's keys.
    """
    pair = _pair_hashes(interactions)
    members = np.arange(len(interactions.users))
    long_enough = np.bincount(interactions.user_index, minlength=len(members)) >= MIN_USER
    at = items.index_of(interactions.items.ids)[interactions.item_index]
    is_included = (at >= 0) & long_enough[interactions.user_index]
    users = np.unique(interactions.user_index[is_included])

    def histories(rows: NDArray[np.bool_]) -> Histories:
        member = np.searchsorted(users, interactions.user_index[rows])
        shape = (len(users), len(items))
        return Histories(sp.csr_matrix((interactions.score[rows] + 1, (member, at[rows])), shape=shape))

    target = pair % 5 == 0
    return HeldOut(inputs=histories(is_included & ~target), targets=histories(is_included & target))


def keep_out_ratings(train: Interactions) -> tuple[Interactions, Interactions]:
    """Return (remaining rows, scored validation rows) of `train`, for tuning without `Split.ratings`."""
    rating_mask = (_pair_hashes(train) % 10 == 4) & (train.score > 0)
    return train.where(~rating_mask), train.where(rating_mask)


def truncated(held_out: HeldOut, n_inputs: int, seed: int = 0) -> HeldOut:
    """Return the same members with at most n_inputs input titles each, drawn at random: cold start.

    The rest of the list joins the targets: the member watched it too, so a model that predicts it is right. Shorter
    lists stay unchanged.
    """
    inputs = held_out.inputs.matrix
    member = np.repeat(np.arange(len(held_out.inputs)), np.diff(inputs.indptr))
    order = np.lexsort((np.random.default_rng(seed).random(inputs.nnz), member))
    place = np.empty(inputs.nnz, dtype=np.int64)
    place[order] = np.arange(inputs.nnz) - inputs.indptr[member]
    is_input = place < n_inputs
    rest = _rows_where(inputs, ~is_input).matrix
    return HeldOut(_rows_where(inputs, is_input), Histories(held_out.targets.matrix + rest))


def resplit(held_out: HeldOut, n: int, seed: int = 0) -> Iterator[HeldOut]:
    """Yield n more splits of the same lists, with each row a target once: n times the training data."""
    rows = (held_out.inputs.matrix + held_out.targets.matrix).tocsr()
    part = np.random.default_rng(seed).integers(0, n, rows.nnz)
    for target in range(n):
        yield HeldOut(_rows_where(rows, part != target), _rows_where(rows, part == target))


def _rows_where(rows: sp.csr_matrix, mask: NDArray[np.bool_]) -> Histories:
    return Histories(
        _without_zeros(sp.csr_matrix((rows.data * mask, rows.indices, rows.indptr), shape=rows.shape, copy=True))
    )


def widened(parts: Split, items: IdMap, features: TitleFeatures | None) -> Split:
    """Return the same split over more titles, the additional ones without interactions.

    `items` must include all titles of the split; features: of `items`.
    """
    at = items.index_of(parts.train.items.ids).astype(np.int32)

    def rows(narrow: Interactions) -> Interactions:
        return replace(narrow, items=items, item_index=at[narrow.item_index], features=features)

    def histories(narrow: Histories) -> Histories:
        matrix = narrow.matrix
        return Histories(sp.csr_matrix((matrix.data, at[matrix.indices], matrix.indptr), (len(narrow), len(items))))

    def held_out(narrow: HeldOut) -> HeldOut:
        return HeldOut(histories(narrow.inputs), histories(narrow.targets))

    validation, test = held_out(parts.validation), held_out(parts.test)
    return Split(rows(parts.train), rows(parts.ratings), validation, test, parts.judges)


@dataclass(frozen=True)
class NewTitles:
    """Simulated new titles: `train` and the inputs have no rows of them, and all their rows are targets.

    hidden: (n_items,) bool, one title in HIDDEN_OF by crc32(title).
    """

    train: Interactions
    held_out: HeldOut
    hidden: NDArray[np.bool_]


def hide_titles(train: Interactions, held_out: HeldOut) -> NewTitles:
    """Hide some titles from training and inputs, to evaluate how well a model ranks them nevertheless."""
    hidden = crc32_of_each(train.items.keys) % HIDDEN_OF == 0
    old, new = (sp.diags(mask.astype(np.float32), format="csr") for mask in (~hidden, hidden))
    inputs, targets = held_out.inputs.matrix, held_out.targets.matrix
    held_out_new = HeldOut(Histories(_without_zeros(inputs @ old)), Histories(_without_zeros((inputs + targets) @ new)))
    return NewTitles(train.where(~hidden[train.item_index]), held_out_new, hidden)


def before_titles(parts: Split, new: NDArray[np.bool_]) -> Split:
    """Return the split as if these titles, an (n_items,) mask, had just appeared: only the test members know them."""
    old = sp.diags((~new).astype(np.float32), format="csr")

    def without(histories: Histories) -> Histories:
        return Histories(_without_zeros((histories.matrix @ old).tocsr()))

    def rows(interactions: Interactions) -> Interactions:
        return interactions.where(~new[interactions.item_index])

    validation = HeldOut(without(parts.validation.inputs), without(parts.validation.targets))
    return replace(parts, train=rows(parts.train), ratings=rows(parts.ratings), validation=validation)


def _without_zeros(matrix: sp.csr_matrix) -> sp.csr_matrix:
    matrix.eliminate_zeros()
    return matrix


def _worth_holding_out(
    interactions: Interactions, member: NDArray[np.bool_], items: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return the indices of members in the mask with at least MIN_USER titles and one of `items`."""
    list_length = np.bincount(interactions.user_index, minlength=len(interactions.users))
    is_candidate = np.isin(interactions.item_index, items)
    has_candidate = np.bincount(interactions.user_index[is_candidate], minlength=len(interactions.users)) > 0
    return np.flatnonzero(member & (list_length >= MIN_USER) & has_candidate)


def _held_out(
    interactions: Interactions, users: NDArray[np.int64], pair: NDArray[np.uint32], items: NDArray[np.integer]
) -> HeldOut:
    target = pair % 5 == 0
    return HeldOut(
        inputs=interactions.where(~target).restricted(users, items).histories(),
        targets=interactions.where(target).restricted(users, items).histories(),
    )


def _pair_hashes(interactions: Interactions) -> NDArray[np.uint32]:
    users = [f"{key}:" for key in interactions.users.keys]
    return crc32_of_pairs(users, interactions.items.keys, interactions.user_index, interactions.item_index)
