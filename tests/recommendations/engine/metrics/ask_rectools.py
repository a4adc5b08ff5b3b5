"""Writes rectools.json: RecTools' answers for the members of cases.py. `make rectools` runs it.

RecTools can't be installed beside this project's packages: it needs numpy below 2 and pandas below 3.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from rectools import Columns
from rectools.metrics import NDCG, CatalogCoverage, MeanInvUserFreq, Precision, Recall

from tests.recommendations.engine.metrics.cases import N_TITLES, SEEDS, Member, members, watched_by

ANSWERS = Path(__file__).with_name("rectools.json")
OF_TARGETS = {
    "ndcg_10": NDCG(k=10, divide_by_achievable=True),
    "ndcg_10_by_default": NDCG(k=10),
    "precision_10": Precision(k=10),
    "r_precision_20": Precision(k=20, r_precision=True),
    "recall_20": Recall(k=20),
}


def ranked(people: list[Member], prefer: dict[int, set[int]] | None = None, sign: int = 1) -> pd.DataFrame:
    """Return the titles that each member hasn't listed, best first; of equal ones, those to `prefer` first (sign 1)."""
    rows = []
    for user, member in enumerate(people):
        preferred = (prefer or {}).get(user, set())
        titles = [title for title in range(N_TITLES) if title not in member.listed]
        titles.sort(key=lambda title: (-member.scores[title], -sign * (title in preferred)))
        rows += [(user, title, place) for place, title in enumerate(titles[:20], start=1)]
    return pd.DataFrame(rows, columns=[Columns.User, Columns.Item, Columns.Rank])


def pairs(relevant: dict[int, set[int]]) -> pd.DataFrame:
    rows = [(user, title) for user, titles in relevant.items() for title in sorted(titles)]
    return pd.DataFrame(rows, columns=[Columns.User, Columns.Item])


def by_member(values: pd.Series, n: int) -> list[float | None]:
    """Return a value for each member; None for members whom RecTools leaves out, those without a relevant title."""
    return [float(values[user]) if user in values.index else None for user in range(n)]


def judged(reco: pd.DataFrame, relevant: dict[int, set[int]]) -> dict[str, list[float | None]]:
    return {
        name: by_member(metric.calc_per_user(reco, pairs(relevant)), len(relevant))
        for name, metric in OF_TARGETS.items()
    }


def relevant_to(people: list[Member], fact: str) -> dict[int, set[int]]:
    return {user: member.relevant(fact) for user, member in enumerate(people)}


def without_ties(seed: int) -> dict[str, object]:
    people, train = members(seed), pairs(dict(enumerate(watched_by(seed))))
    reco = ranked(people)
    return {
        **{fact: judged(reco, relevant_to(people, fact)) for fact in ("liked", "watched")},
        "novelty_10": by_member(MeanInvUserFreq(k=10).calc_per_user(reco, train), len(people)),
        "coverage_10": CatalogCoverage(k=10, normalize=True).calc(reco, range(N_TITLES)),
    }


def with_ties(seed: int) -> dict[str, object]:
    """Return the answers when all ties are resolved for and against the liked titles."""
    people = members(seed, levels=6)
    liked = relevant_to(people, "liked")
    return {name: judged(ranked(people, liked, sign), liked) for name, sign in (("for", 1), ("against", -1))}


if __name__ == "__main__":
    answers = {
        "rectools": version("rectools"),
        "without_ties": {seed: without_ties(seed) for seed in SEEDS},
        "with_ties": {seed: with_ties(seed) for seed in SEEDS},
    }
    ANSWERS.write_text(json.dumps(answers) + "\n")
