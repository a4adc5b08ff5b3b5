import numpy as np
import pytest

from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.recency.half_life import HALF_LIVES, NEVER, half_life
from recommendations.engine.recency.weights import YEAR
from tests.recommendations.engine.toys import clusters

ODD, EVEN = np.arange(0, 40, 2), np.arange(1, 40, 2)  # item indices of two tastes


@pytest.fixture(scope="module")
def model():
    return RatingAwareEase().fit(clusters(n_users=800))


def liked(*parts):
    items = np.concatenate(parts)
    return items, np.full(len(items), 9.0, dtype=np.float32)


def test_a_taste_that_turned_is_found(model):
    items, scores = liked(ODD[:12], EVEN[:12])
    days = np.arange(24) * YEAR / 6  # two years each

    assert half_life(model, items, scores, days) in HALF_LIVES


def test_a_taste_that_stays_is_left_alone(model):
    items, scores = liked(ODD)

    assert half_life(model, items, scores, np.arange(20) * YEAR / 5) == NEVER


def test_days_by_chance_say_nothing_of_two_tastes(model):
    items, scores = liked(ODD[:12], EVEN[:12])
    generator = np.random.default_rng(0)

    found = [half_life(model, items, scores, generator.permutation(24) * YEAR / 6) for _ in range(20)]

    assert found.count(NEVER) >= 18


@pytest.mark.parametrize("days", [[np.nan, np.nan, 5.0], [1.0, np.nan, np.nan], [1.0, 2.0, 3.0]])
def test_a_list_that_is_too_short_has_none(model, days):
    items, scores = liked(ODD[:3])

    assert half_life(model, items, scores, np.array(days)) == NEVER
