"""Simulated members who review what they don't score: are recommendations better with what their reviews read like?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.engine.data.interactions import LIKED, Histories, Interactions
from recommendations.engine.data.splitting import all_for_training
from recommendations.engine.metrics.bootstrap import paired_difference
from recommendations.engine.metrics.ranking import ndcg, top_k
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.inputs.rating_archives import read_ratings
from social.review_reading.model import damped

Floats = NDArray[np.floating]
TITLES, LEARNERS, MEMBERS = 2_500, 10_000, 2_000  # the most scored titles; who is learnt from, and who is judged
WITHHELD, HELD_OUT = 0.5, 0.2  # of the scores of a list, and of its titles
LEAST = 20  # titles on a judged list
OFFSET_SHRINKAGE = 5.0


@dataclass(frozen=True)
class Simulated:
    """One member. items, scores: (n,) the list. is_withheld: (n,) whose score isn't known. held: the targets."""

    items: NDArray[np.int64]
    scores: Floats
    is_withheld: NDArray[np.bool_]
    held: NDArray[np.int64]
    held_scores: Floats


def compare(ratings: Path, scores: Floats, read: Floats, seed: int = 0) -> list[str]:
    """Return a table of NDCG@10 and RMSE without the withheld scores, with damped readings, and with the true ones.

    scores, read: (n,) of real reviews, given and read by a model that hasn't seen the title: the error is theirs.
    """
    random = np.random.default_rng(seed)
    learners, members = _people(ratings, random)
    model = RatingAwareEase().fit(learners)
    means = _title_means(learners)
    deviation = float(np.sqrt(np.mean((scores - read) ** 2)))
    readers = _by_score(scores, read)
    lists: dict[str, list[Floats]] = {"nothing": [], "damped reading": [], "reading, not damped": [], "true score": []}
    for one in members:
        drawn = np.array([random.choice(readers[int(score)]) for score in one.scores])
        known = one.scores[~one.is_withheld]
        mean = float(known.mean()) if len(known) else 7.0
        softened = np.rint([damped(value, deviation, mean) for value in drawn])
        for name, values in zip(lists, (np.zeros(len(drawn)), softened, drawn, one.scores), strict=True):
            lists[name].append(np.where(one.is_withheld, values, one.scores))
    return _table(model, means, members, lists)


def _people(ratings: Path, random: np.random.Generator) -> tuple[Interactions, list[Simulated]]:
    users, titles, scores = read_ratings(ratings)
    distinct, counts = np.unique(titles[scores > 0], return_counts=True)
    is_frequent = np.isin(titles, distinct[np.argsort(-counts)[:TITLES]])
    users, titles, scores = users[is_frequent], titles[is_frequent], scores[is_frequent]
    people = random.permutation(np.unique(users))[: LEARNERS + MEMBERS]
    learns = np.isin(users, people[:LEARNERS])
    learners = all_for_training(Interactions.from_ids(users[learns], titles[learns], scores[learns]))
    judged = np.isin(users, people[LEARNERS:])
    index = learners.items.index_of(titles[judged])
    known = index >= 0
    return learners, _members(users[judged][known], index[known], scores[judged][known].astype(float), random)


def _members(users: NDArray, items: NDArray, scores: Floats, random: np.random.Generator) -> list[Simulated]:
    order = np.argsort(users, kind="stable")
    found = []
    for rows in np.split(order, np.flatnonzero(np.diff(users[order])) + 1):
        rows = random.permutation(rows[scores[rows] > 0])
        if len(rows) < LEAST:
            continue
        n_held = int(len(rows) * HELD_OUT)
        held, kept = rows[:n_held], rows[n_held:]
        is_withheld = random.random(len(kept)) < WITHHELD
        found.append(Simulated(items[kept], scores[kept], is_withheld, items[held], scores[held]))
    return found


def _title_means(learners: Interactions) -> Floats:
    matrix = learners.histories().scores()
    sums, counts = np.asarray(matrix.sum(0)).ravel(), np.asarray((matrix > 0).sum(0)).ravel()
    overall = sums.sum() / max(counts.sum(), 1)
    means: Floats = (sums + OFFSET_SHRINKAGE * overall) / (counts + OFFSET_SHRINKAGE)
    return means


def _by_score(scores: Floats, read: Floats) -> dict[int, Floats]:
    """Return the readings of real reviews by the score given; of the nearest scores where there are few."""
    return {score: read[np.argsort(np.abs(scores - score), kind="stable")[:60]] for score in range(1, 11)}


def _table(
    model: RatingAwareEase, means: Floats, members: list[Simulated], lists: dict[str, list[Floats]]
) -> list[str]:
    gains = {name: _ndcg(model, members, values) for name, values in lists.items()}
    errors = {name: _squared_errors(means, members, values) for name, values in lists.items()}
    n_withheld = int(sum(one.is_withheld.sum() for one in members))
    lines = [f"{len(members)} members, {n_withheld} withheld scores; NDCG@10 of liked titles, RMSE of held-out scores"]
    for name in lists:
        change = paired_difference(gains[name], gains["nothing"])
        worse = paired_difference(errors[name], errors["nothing"])
        rmse = float(np.sqrt(np.nanmean(errors[name])))
        lines.append(
            f"  {name:20s} NDCG@10 {np.nanmean(gains[name]):.4f} ({change} to nothing), RMSE {rmse:.4f} "
            f"(squared error {worse})"
        )
    return lines


def _ndcg(model: RatingAwareEase, members: list[Simulated], values: list[Floats]) -> Floats:
    """Return (n_members,) NDCG@10 of the held-out titles that the member likes; NaN without any."""
    n_items, found = len(model.arrays["known"]), np.full(len(members), np.nan)
    for start in range(0, len(members), 100):
        batch = members[start : start + 100]
        lengths = [len(one.items) for one in batch]
        rows, items = np.repeat(np.arange(len(batch)), lengths), np.concatenate([one.items for one in batch])
        data = np.concatenate(values[start : start + 100]) + 1
        scores = model.score(Histories(sp.csr_matrix((data, (rows, items)), shape=(len(batch), n_items))))
        scores[rows, items] = -np.inf
        liked = np.zeros(scores.shape, dtype=bool)
        for number, one in enumerate(batch):
            liked[number, one.held[one.held_scores >= LIKED]] = True
        top = top_k(np.nan_to_num(scores, nan=-np.inf), 10)
        n_liked = liked.sum(1)
        values_of = ndcg(np.take_along_axis(liked, top, axis=1), n_liked)
        found[start : start + 100] = np.where(n_liked > 0, values_of, np.nan)
    return found


def _squared_errors(means: Floats, members: list[Simulated], values: list[Floats]) -> Floats:
    """Return (n_members,) mean squared errors of held-out scores: the title's mean, and the member's offset from it."""
    found = []
    for one, scores in zip(members, values, strict=True):
        known = scores > 0
        offset = (scores[known] - means[one.items[known]]).sum() / (known.sum() + OFFSET_SHRINKAGE)
        predicted = np.clip(means[one.held] + offset, 1, 10)
        found.append(float(np.mean((predicted - one.held_scores) ** 2)) if len(one.held) else float("nan"))
    return np.array(found)
