import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recommendations.engine.recency.weights import CROWDED, LEAST_DATED, LEAST_WEIGHT, YEAR, known_days, weights

SPREAD = np.arange(LEAST_DATED) * 40.0  # 800 days


def test_days_that_spread_over_a_year_say_something():
    assert known_days(SPREAD).tolist() == SPREAD.tolist()


@pytest.mark.parametrize(
    "days",
    [
        SPREAD[:-1],
        SPREAD / 10,  # within three months
        np.full(500, 17_000.0),
        np.full(500, np.nan),
        np.zeros(0),
        np.concatenate([SPREAD[:10], np.full(200, 900.0)]),
    ],
    ids=["few", "short", "all on one day", "none", "an empty list", "mostly imported"],
)
def test_too_few_days_or_all_on_one_say_nothing(days):
    assert known_days(days) is None


def test_what_was_filled_in_on_one_day_has_no_date_but_the_rest_has():
    days = np.concatenate([SPREAD, np.full(CROWDED + 1, 500.0), [np.nan]])

    known = known_days(days)

    assert np.isnan(known[LEAST_DATED:]).all()
    assert known[:LEAST_DATED].tolist() == SPREAD.tolist()


def test_weights_halve_with_every_half_life():
    by_age = weights(np.array([0, YEAR, 2 * YEAR]), 1.0)

    assert (by_age / by_age[2]).tolist() == pytest.approx([0.25, 0.5, 1])


def test_a_title_without_a_day_weighs_as_much_as_the_mean_of_the_others():
    by_age = weights(np.array([0, 3 * YEAR, np.nan]), 1.0)

    assert by_age[2] == pytest.approx(by_age[:2].mean())


@pytest.mark.property
@given(arrays(float, st.integers(1, 30), elements=st.floats(-1e6, 1e6) | st.just(np.nan)), st.floats(0.1, 100))
def test_weights_have_a_mean_of_one_and_nothing_is_forgotten(days, half_life):
    days[0] = 100.0
    by_age = weights(days, half_life)

    assert by_age.mean() == pytest.approx(1, rel=1e-4)
    assert by_age.min() >= LEAST_WEIGHT * by_age.max() * 0.99
