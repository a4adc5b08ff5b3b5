"""Held-out members and a model's scores, for this and other implementations of the metrics to judge.

Only the standard library: other implementations live in environments of their own, with older packages.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

N_MEMBERS, N_TRAINING, N_TITLES = 40, 30, 80
LIKED = 8
SEEDS = range(3)


@dataclass(frozen=True)
class Member:
    """listed: titles the model has read. targets: {title: score, 0 for none}. scores: the model's, by title."""

    listed: list[int]
    targets: dict[int, int]
    scores: list[float]

    def relevant(self, fact: str) -> set[int]:
        return {title for title, score in self.targets.items() if fact == "watched" or score >= LIKED}


def members(seed: int, levels: int | None = None) -> list[Member]:
    """Return members of all kinds. levels: how many different scores the model has; None: no two are the same."""
    generator = random.Random(seed)
    found = []
    for number in range(N_MEMBERS):
        titles = sorted(range(N_TITLES), key=lambda title: generator.random())
        n_listed, n_targets = int(generator.random() * 30), int(generator.random() * 12)
        if number == 0:
            n_targets = 0
        elif number == 1:
            n_listed, n_targets = 0, 8
        elif number == 2:
            n_targets = 40  # more than the first twenty can hold
        targets = {title: int(generator.random() * 11) for title in titles[n_listed : n_listed + n_targets]}
        if number == 3:
            targets = dict.fromkeys(targets, LIKED - 1)
        scores = [generator.random() + title / N_TITLES + 0.5 * (title in targets) for title in range(N_TITLES)]
        if levels is not None:
            scores = [float(int(score * levels)) for score in scores]
        found.append(Member(sorted(titles[:n_listed]), targets, scores))
    return found


def watched_by(seed: int) -> list[set[int]]:
    """Return the titles of each training member; every title has somebody."""
    generator = random.Random(seed)
    lists = [{title for title in range(N_TITLES) if generator.random() < 0.2} for _ in range(N_TRAINING)]
    for title in range(N_TITLES):
        lists[title % N_TRAINING].add(title)
    return lists
