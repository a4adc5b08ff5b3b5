"""The members whose lists are most like a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.base import Arrays, Model
from recommendations.engine.data.interactions import LIKED, Histories, Interactions
from recommendations.engine.matrices.slices import slices

LEAST_RARITY = 0.1
N_OPINIONS = 3  # of a listed title: not scored, scored, liked
DOUBT = 0.02  # share of the votes that a title's scores need to count half
TINY = 1e-9


class Company(NamedTuple):
    """What the members whose lists are most like a list think of all titles, each (n_items,).

    watched, liked: the share of them who did, by votes; liked_by_few: the same of the very nearest. deviation: by how
    many points they score a title above their own means, damped.
    """

    watched: NDArray[np.float32]
    liked: NDArray[np.float32]
    liked_by_few: NDArray[np.float32]
    deviation: NDArray[np.float32]


@dataclass
class LikeMinded(Model):
    """The members whose lists are most like a list, and what they watched, liked and scored.

    similarity = cosine of the titles watched + cosine of the titles liked. A title counts by the logarithm of its
    rarity; `damping` makes the cosines of short lists smaller. The `nearest` members vote with similarity ^ `power`.
    Nobody's vote is larger than the `equals`-th, so that a member's own list in the training data, or a copy of it,
    doesn't decide. Of longer lists, only the `titles` rarest titles are compared. Of more than `members` a random part
    is kept: lists without their members' numbers.

    Source: user-based collaborative filtering, Herlocker et al. 1999 (SIGIR 22), with inverse user frequency, Breese et
    al. 1998 (UAI 14).
    """

    name: ClassVar[str] = "like_minded"
    nearest: int = 200
    few: int = 50
    power: float = 2.0
    equals: int = 10
    damping: tuple[float, float] = (5.0, 3.0)  # for the titles watched and liked
    titles: int = 200
    members: int = 16_000
    seed: int = 0

    def fit(self, train: Interactions) -> Self:
        lists = train.histories().matrix
        users = np.random.default_rng(self.seed).permutation(np.flatnonzero(np.diff(lists.indptr)))
        kept = Histories(lists[np.sort(users[: self.members])])
        n_users = max(len(users), 1)
        audience = np.bincount(lists.indices, minlength=lists.shape[1])
        rarity = np.log(n_users / (1 + audience))
        squares = np.maximum(rarity, LEAST_RARITY) ** 2
        facts = kept.watched(), kept.liked()
        norms = [np.sqrt(matrix @ squares) + damping for matrix, damping in zip(facts, self.damping, strict=True)]
        scores = kept.scores()
        means = np.asarray(scores.sum(1)).ravel() / np.maximum(np.diff(scores.indptr), 1)
        self._arrays = {
            "indptr": kept.matrix.indptr.astype(np.int32),
            "cells": _cells(kept),
            "scores": np.round(kept.matrix.data - 1).astype(np.uint8),
            "means": means.astype(np.float32),
            "norms": np.stack(norms).astype(np.float32),
            "squares": squares.astype(np.float32),
            "everybody": _opinions(kept, means),
            **_postings(kept),
        }
        return self

    def company(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], weights: NDArray[np.floating] | None = None
    ) -> Company:
        """Return what the members most like this list, (n,) titles with scores, 0 for none, think of all titles.

        If none has a title in common with it, what all members think. weights: (n,) of the titles, all 1 if None.
        """
        a = self.arrays
        n_items = len(a["squares"])
        nearest, votes = self._voters(items, scores, np.ones(len(items)) if weights is None else weights)
        if not len(nearest):
            return Company(*a["everybody"])
        starts, ends = a["indptr"][nearest], a["indptr"][nearest + 1]
        cells, given = (slices(a[name], starts, ends) for name in ("cells", "scores"))
        lengths = ends - starts
        vote, of_few = np.repeat(votes, lengths), int(lengths[: self.few].sum())
        deviation = vote * (given - np.repeat(a["means"][nearest], lengths))
        n_cells = N_OPINIONS * n_items
        by_opinion = np.bincount(cells, vote, n_cells).reshape(N_OPINIONS, n_items) / votes.sum()
        deviations = np.bincount(cells, deviation, n_cells).reshape(N_OPINIONS, n_items) / votes.sum()
        liked_by_few = np.bincount(cells[:of_few], vote[:of_few], n_cells)[-n_items:] / votes[: self.few].sum()
        scored = by_opinion[1:].sum(0)
        figures = by_opinion.sum(0), by_opinion[-1], liked_by_few, deviations[1:].sum(0) / (scored + DOUBT)
        return Company(*(values.astype(np.float32) for values in figures))

    def _voters(
        self, items: NDArray[np.integer], scores: NDArray[np.floating], weights: NDArray[np.floating]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest members, nearest first, and their votes; only members with any title in common."""
        a = self.arrays
        if len(items) > self.titles:
            rarest = np.argpartition(-a["squares"][items], self.titles)[: self.titles]
            items, scores, weights = items[rarest], scores[rarest], weights[rarest]
        squares = a["squares"][items] * weights
        watched = self._cosines(squares, a["posting_indptr"][items], a["posting_indptr"][items + 1], 0)
        is_liked = scores >= LIKED
        items, squares = items[is_liked], squares[is_liked]
        liked = self._cosines(squares, a["posting_indptr"][items], a["liked_until"][items], 1)
        similarity = watched + liked
        n = min(self.nearest, len(similarity))
        nearest = np.argpartition(-similarity, n - 1)[:n] if n else np.zeros(0, dtype=np.int64)
        nearest = nearest[np.argsort(-similarity[nearest], kind="stable")]
        nearest = nearest[similarity[nearest] > 0]
        most = similarity[nearest[: self.equals]].min(initial=np.inf)
        return nearest, np.minimum(similarity[nearest], most) ** self.power

    def _cosines(
        self, squares: NDArray[np.floating], starts: NDArray[np.integer], ends: NDArray[np.integer], fact: int
    ) -> NDArray[np.float64]:
        """Return (n_members,) damped cosines with a list of titles, whose members are postings[starts:ends].

        squares: (n,) of the titles' weights.
        """
        a = self.arrays
        squares, norms = squares.astype(np.float64), a["norms"][fact]
        members = slices(a["posting_members"], starts, ends)
        common = np.bincount(members, np.repeat(squares, ends - starts), len(norms))
        return common / (norms * max(np.sqrt(squares.sum()), TINY))


def _opinions(lists: Histories, means: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what all members think of the titles, (4, n_items), as `Company` has it; means: of their scores."""
    n = max(len(lists), 1)
    watched, liked = (np.asarray(facts.sum(0)).ravel() / n for facts in (lists.watched(), lists.liked()))
    scores = lists.scores()
    deviations = np.bincount(scores.indices, scores.data - np.repeat(means, np.diff(scores.indptr)), scores.shape[1])
    n_scores = np.bincount(scores.indices, minlength=scores.shape[1])
    return np.stack([watched, liked, liked, deviations / (n_scores + DOUBT * n)]).astype(np.float32)


def _postings(lists: Histories) -> Arrays:
    """Return each title's members, those who like it first: posting_members, posting_indptr and liked_until."""
    matrix = lists.matrix.tocoo()
    order = np.lexsort((matrix.data < LIKED + 1, matrix.col))
    counts = np.bincount(matrix.col, minlength=matrix.shape[1])
    liked = np.bincount(matrix.col[matrix.data >= LIKED + 1], minlength=matrix.shape[1])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return {
        "posting_members": matrix.row[order].astype(np.min_scalar_type(max(matrix.shape[0], 1))),
        "posting_indptr": indptr.astype(np.int32),
        "liked_until": (indptr[:-1] + liked).astype(np.int32),
    }


def _cells(lists: Histories) -> NDArray[np.unsignedinteger]:
    """Return the title of each entry, plus n_items if it is scored, plus twice that if it is liked."""
    n_items, scores = lists.shape[1], lists.matrix.data - 1
    opinion = (scores > 0).astype(np.int64) + (scores >= LIKED)
    return (lists.matrix.indices + opinion * n_items).astype(np.min_scalar_type(N_OPINIONS * n_items))


def nobody(n_items: int) -> Arrays:
    """Return the arrays of `LikeMinded` without any member, for data without lists."""
    no_lists = Histories(sp.csr_matrix((0, n_items), dtype=np.float32))
    return {
        "indptr": np.zeros(1, dtype=np.int32),
        "cells": np.zeros(0, dtype=np.uint16),
        "scores": np.zeros(0, dtype=np.uint8),
        "means": np.zeros(0, dtype=np.float32),
        "norms": np.zeros((2, 0), dtype=np.float32),
        "squares": np.ones(n_items, dtype=np.float32),
        "everybody": np.zeros((4, n_items), dtype=np.float32),
        **_postings(no_lists),
    }
