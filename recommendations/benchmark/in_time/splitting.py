"""Dated lists, and what came after them: events split in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.benchmark.in_time.events import Events
from recommendations.engine.data.interactions import Histories, IdMap, Interactions
from recommendations.engine.data.splitting import HeldOut
from recommendations.engine.models.self_attention import Sequences

DAY = 86_400.0  # seconds
LEARNED, CHOSEN = (
    0.8,
    0.9,
)  # shares of the events, in time: to fit on, and to choose parameters by; the rest is the test
LEAST_BEFORE = 5  # events of who is judged


class DatedHistories(Histories):
    """Lists with the day of each entry, in the order of the matrix's entries."""

    def __init__(self, score_plus_one: sp.csr_matrix, days: sp.csr_matrix) -> None:
        super().__init__(score_plus_one)
        days.sort_indices()
        self.days = days

    def __getitem__(self, rows: slice) -> DatedHistories:
        return DatedHistories(self.matrix[rows], self.days[rows])

    def days_of(self, member: int) -> NDArray[np.float64]:
        """Return the days of the entries of `row(member)`."""
        return self.days.data[self.days.indptr[member] : self.days.indptr[member + 1]]

    def in_order(self) -> Sequences:
        """Return the lists in the order in which they were made."""
        return Sequences.ordered(self.matrix, self.days.data)


@dataclass(frozen=True)
class Stage:
    """What was known at a time, and what came then.

    train: everybody's ratings; days: (n_train,) their days, above 0. judged: some members' lists, DatedHistories, and
    what they rated next.
    """

    train: Interactions
    days: NDArray[np.float64]
    judged: HeldOut

    @property
    def lists(self) -> DatedHistories:
        """Return everybody's lists, one per user of `train`."""
        return _lists(self.train.user_index, self.train, self.days, len(self.train.users))


def in_time(events: Events) -> tuple[Stage, Stage]:
    """Return the stages to choose parameters in and to test in: everybody's events are split at the same times.

    Members are judged by what they rated between CHOSEN and the end (or LEARNED and CHOSEN), from their list before,
    of LEAST_BEFORE titles or more. Titles are those of the whole file; who rates new ones can't be foreseen.
    """
    learned, chosen = (np.quantile(events.times, share) for share in (LEARNED, CHOSEN))
    before = events.times < learned, events.times < chosen
    return _stage(events, before[0], before[1] & ~before[0]), _stage(events, before[1], ~before[1])


def leaving_one_out(events: Events) -> tuple[Stage, Stage]:
    """Return the same two stages by each member's own time: the last event but one, and the last.

    Published figures are mostly of this kind. Models know what others rated later.
    """
    after = _events_after(events.users)
    return _stage(events, after > 1, after == 1), _stage(events, after > 0, after == 0)


def _events_after(users: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (n,) how many events of the same user come after each; events are in the order of time."""
    order = np.argsort(users, kind="stable")
    ends = np.cumsum(np.bincount(users))[users[order]]
    after = np.empty(len(users), dtype=np.int64)
    after[order] = ends - 1 - np.arange(len(users))
    return after


def _stage(events: Events, is_before: NDArray[np.bool_], is_next: NDArray[np.bool_]) -> Stage:
    train = _interactions(events, is_before)
    n_before, n_next = (np.bincount(events.users[rows], minlength=len(train.users)) for rows in (is_before, is_next))
    members = np.flatnonzero((n_before >= LEAST_BEFORE) & (n_next > 0))
    targets = _interactions(events, is_next).histories().matrix[members]
    days = _days(events)[is_before]
    inputs = _lists(train.user_index, train, days, len(train.users))
    judged = DatedHistories(inputs.matrix[members], inputs.days[members])
    return Stage(train, days, HeldOut(judged, Histories(targets)))


def _interactions(events: Events, rows: NDArray[np.bool_]) -> Interactions:
    return Interactions(
        IdMap(np.arange(events.users.max() + 1)),
        IdMap(np.arange(events.n_items)),
        events.users[rows].astype(np.int32),
        events.items[rows].astype(np.int32),
        events.scores[rows],
        np.zeros(rows.sum(), dtype=bool),
    )


def _days(events: Events) -> NDArray[np.float64]:
    """Return the days since the day before the first event, so that a stored one isn't 0."""
    return (events.times - events.times.min()) / DAY + 1


def _lists(users: NDArray[np.integer], rows: Interactions, days: NDArray[np.float64], n_users: int) -> DatedHistories:
    places, shape = (users, rows.item_index), (n_users, len(rows.items))
    return DatedHistories(sp.csr_matrix((rows.score + 1, places), shape), sp.csr_matrix((days, places), shape))
