from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.drift import (
    Activity,
    OnlineAccuracy,
    distributions,
    online_accuracy,
    population_stability,
    reason_to_retrain,
    stability,
)

N_TITLES = 40
POPULARITY = np.arange(N_TITLES, 0, -1.0)  # title 0 is the most popular
GENRES = sp.csr_matrix(np.eye(4)[np.arange(N_TITLES) % 4])


def activity(seed: int, n: int = 2000, n_members: int = 80, **changes) -> Activity:
    """Return activity of members who prefer popular titles and score around 7."""
    generator = np.random.default_rng(seed)
    user = generator.integers(0, n_members, n)
    usual = Activity(
        user=user,
        item=generator.choice(N_TITLES, n, p=POPULARITY / POPULARITY.sum()),
        score=np.clip(generator.normal(7, 1.5, n).round(), 1, 10).astype(int),
        list_length=(user * 7) % 200 + 1,
        is_new=user % 10 == 0,
    )
    return replace(usual, **changes)


class TestPopulationStability:
    def test_by_hand(self):
        # (0.25 - 0.5) ln(0.25 / 0.5) + (0.75 - 0.5) ln(0.75 / 0.5)
        assert population_stability(np.array([50, 50]), np.array([1, 3])) == pytest.approx(
            0.25 * np.log(2) + 0.25 * np.log(1.5)
        )

    def test_is_the_same_both_ways_and_nothing_between_equals(self):
        one, other = np.array([10, 30, 60]), np.array([5, 5, 90])

        assert population_stability(one, other) == pytest.approx(population_stability(other, one))
        assert population_stability(one, 7 * one) == pytest.approx(0)

    def test_an_empty_part_is_far_but_not_infinitely_far(self):
        # (0.1 - 0.0001) ln(1000) + (0.9 - 1) ln(0.9)
        assert population_stability(np.array([1, 9]), np.array([0, 5])) == pytest.approx(
            0.0999 * np.log(1000) - 0.1 * np.log(0.9)
        )


def test_distributions_count_entries_and_members():
    two = Activity(
        user=np.array([1, 1, 2]), item=np.array([0, 39, -1]), score=np.array([9, 0, 9]),
        list_length=np.array([5, 5, 40]), is_new=np.array([False, False, True]),
    )  # fmt: skip

    found = {name: counts.tolist() for name, counts in distributions(two, POPULARITY, GENRES).items()}

    assert found == {
        "scores": [1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0],
        "popularity": [1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        "genres": [1, 0, 0, 1],
        "list lengths": [0, 1, 0, 1, 0, 0],
        "unknown titles": [2, 1],
        "new members": [2, 1],
    }


class TestStability:
    def test_stable_data_does_not_move(self):
        assert max(stability(activity(1), activity(2), POPULARITY, GENRES).values()) < 0.05

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            ("scores", {"score": activity(3).score - 2 + 2 * (activity(3).score < 3)}),
            ("popularity", {"item": N_TITLES - 1 - activity(3).item}),
            ("genres", {"item": activity(3).item // 4 * 4}),
            ("list lengths", {"list_length": np.full(2000, 4)}),
            ("unknown titles", {"item": np.where(np.arange(2000) % 4 == 0, -1, activity(3).item)}),
            ("new members", {"is_new": activity(3).user % 2 == 0}),
        ],
    )
    def test_what_has_moved_is_noticed(self, name, changes):
        found = stability(activity(1), activity(3, **changes), POPULARITY, GENRES)

        assert found[name] > 0.25

    def test_too_few_entries_or_members_say_nothing(self):
        for few in (activity(2, n=200), activity(2, n_members=5)):
            assert stability(activity(1), few, POPULARITY, GENRES) == {}
            assert stability(few, activity(1), POPULARITY, GENRES) == {}


class TestReasonToRetrain:
    NOTHING = OnlineAccuracy(None, None, 0)

    def test_what_has_moved_is_named(self):
        reason = reason_to_retrain({"scores": 0.31, "genres": 0.25, "list lengths": 1.5}, self.NOTHING, 1.2)

        assert reason == "what members do has moved: scores (0.31), list lengths (1.50)"

    def test_worse_predictions_are_a_reason(self):
        assert reason_to_retrain({}, OnlineAccuracy(1.4, 1.1, 200), 1.2) == (
            "scores are predicted worse than they were: RMSE 1.40 of 200 instead of 1.20"
        )

    @pytest.mark.parametrize(
        ("online", "offline"),
        [
            (OnlineAccuracy(1.32, 1.1, 500), 1.2),  # exactly a tenth worse
            (OnlineAccuracy(2.5, 2.1, 199), 1.2),
            (OnlineAccuracy(2.5, 2.1, 500), None),
            (NOTHING, 1.2),
        ],
    )
    def test_without_enough_of_it_there_is_none(self, online, offline):
        assert reason_to_retrain({"scores": 0.25}, online, offline) == ""


def test_online_accuracy_by_hand():
    assert online_accuracy(np.array([8.0, 6]), np.array([9, 9])) == OnlineAccuracy(pytest.approx(np.sqrt(5)), 2, 2)
    assert online_accuracy(np.zeros(0), np.zeros(0)) == OnlineAccuracy(None, None, 0)
