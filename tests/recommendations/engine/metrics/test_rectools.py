"""The protocol and its metrics against RecTools, an independent implementation: rectools.json has its answers.

`make rectools` asks it again. Definitions that differ on purpose are the last class.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.interactions import Histories
from recommendations.engine.data.splitting import HeldOut
from recommendations.engine.evaluation import evaluate_members
from recommendations.engine.metrics import ranking
from tests.recommendations.engine.metrics.cases import N_TITLES, N_TRAINING, SEEDS, members, watched_by

ANSWERS = json.loads(Path(__file__).with_name("rectools.json").read_text())
TO_THE_LAST_DIGITS = {"rel": 1e-12, "abs": 1e-12, "nan_ok": True}


class Scores:
    """A model that has scored these members already, in this order."""

    def __init__(self, people):
        self.rows = np.array([member.scores for member in people], dtype=np.float32)

    def score(self, histories):
        return self.rows[: len(histories)]


def histories(lists):
    matrix = sp.lil_matrix((len(lists), N_TITLES), dtype=np.float32)
    for row, scores in enumerate(lists):
        for title, score in scores.items():
            matrix[row, title] = score + 1
    return Histories(matrix.tocsr())


def figures(people, seed):
    held_out = HeldOut(
        histories([dict.fromkeys(member.listed, 0) for member in people]),
        histories([member.targets for member in people]),
    )
    watched = np.array([[title in titles for title in range(N_TITLES)] for titles in watched_by(seed)])
    return evaluate_members(Scores(people), held_out, watched.sum(0) / N_TRAINING)


def rectools(values):
    return np.array([np.nan if value is None else value for value in values])


@pytest.mark.parametrize("seed", SEEDS)
class TestWithoutTies:
    @pytest.fixture
    def ours(self, seed):
        return figures(members(seed), seed)

    @pytest.fixture
    def theirs(self, seed):
        return ANSWERS["without_ties"][str(seed)]

    @pytest.mark.parametrize("fact", ["liked", "watched"])
    @pytest.mark.parametrize(
        ("name", "in_rectools"),
        [("ndcg_10", "ndcg_10"), ("precision_10", "precision_10"), ("recall_20", "r_precision_20")],
    )
    def test_each_member_has_the_same_figure(self, ours, theirs, fact, name, in_rectools):
        expected = rectools(theirs[fact][in_rectools])

        assert ours.values[f"{name}_{fact}"] == pytest.approx(expected, **TO_THE_LAST_DIGITS)
        assert np.isnan(expected).any()  # members without a relevant title, whom both leave out
        assert np.nanmax(expected) > np.nanmin(expected)

    def test_novelty_is_mean_inverse_user_frequency(self, ours, theirs):
        assert ours.values["novelty_10"] == pytest.approx(rectools(theirs["novelty_10"]), **TO_THE_LAST_DIGITS)

    def test_coverage_is_the_share_of_titles_in_anybody_s_first_ten(self, ours, theirs):
        assert ours.report().coverage_10 == pytest.approx(theirs["coverage_10"])
        assert 0 < theirs["coverage_10"] < 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "in_rectools"),
    [("ndcg_10", "ndcg_10"), ("precision_10", "precision_10"), ("recall_20", "r_precision_20")],
)
def test_ties_are_resolved_neither_better_than_the_best_way_nor_worse_than_the_worst(seed, name, in_rectools):
    ours = figures(members(seed, levels=6), seed).values[f"{name}_liked"]
    best, worst = (rectools(ANSWERS["with_ties"][str(seed)][way][in_rectools]) for way in ("for", "against"))
    has_value = ~np.isnan(best)

    assert np.array_equal(np.isnan(ours), ~has_value)
    assert (worst[has_value] - 1e-12 <= ours[has_value]).all()
    assert (ours[has_value] <= best[has_value] + 1e-12).all()
    assert (worst[has_value] < best[has_value]).any()  # ties that matter


@pytest.mark.parametrize("seed", SEEDS)
class TestWhatDiffersOnPurpose:
    """RecTools' defaults, and what ours is instead."""

    @pytest.fixture
    def relevant(self, seed):
        return np.array([len(member.relevant("liked")) for member in members(seed)])

    @pytest.fixture
    def ours(self, seed):
        return figures(members(seed), seed).values

    @pytest.fixture
    def theirs(self, seed):
        return ANSWERS["without_ties"][str(seed)]["liked"]

    def test_the_ideal_of_ndcg_has_no_more_hits_than_there_are_liked_titles(self, ours, theirs, relevant):
        """RecTools' default divides by ten hits, so that a member with three liked titles can't reach 1."""
        discount = 1 / np.log2(np.arange(2, 12))
        reachable = np.array([np.nan, *np.cumsum(discount)])[np.minimum(relevant, 10)] / discount.sum()

        assert ours["ndcg_10_liked"] * reachable == pytest.approx(
            rectools(theirs["ndcg_10_by_default"]), **TO_THE_LAST_DIGITS
        )

    def test_recall_is_a_share_of_what_twenty_places_can_hold(self, ours, theirs, relevant):
        """RecTools' recall divides by all relevant titles, so that a member with forty can't reach more than a half."""
        possible = np.minimum(relevant, 20) / np.where(relevant > 0, relevant, np.nan)

        assert ours["recall_20_liked"] * possible == pytest.approx(rectools(theirs["recall_20"]), **TO_THE_LAST_DIGITS)


def test_a_title_nobody_watched_is_as_novel_as_one_in_a_thousand_million():
    """RecTools counts one member for it, so that its novelty depends on how many members there are."""
    assert ranking.novelty(np.array([[0]]), np.array([0.0])) == pytest.approx([-np.log2(1e-9)])
