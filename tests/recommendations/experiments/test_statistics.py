"""Statistics: assignment, sequential test, planning, analysis and bandit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from recommendations.statistics import simulation
from recommendations.statistics.analysis import BROKEN, LEAST_UNITS, Rate, Units, compare, sample_ratio
from recommendations.statistics.assignment import takes_part, variant_of
from recommendations.statistics.bandit import LEAST, thompson_weights
from recommendations.statistics.planner import units_needed
from recommendations.statistics.sequential import boundaries, crossing, spent

DAYS = np.arange(1, 29) / 28
keys = st.text("0123456789abcdef", min_size=1, max_size=32)
weights = st.lists(st.floats(0.01, 10), min_size=2, max_size=5)


class TestAssignment:
    @pytest.mark.property
    @given(keys, st.integers(-(2**63), 2**63), weights)
    def test_the_same_unit_always_gets_the_same_variant(self, key, unit, given_weights):
        assert variant_of(key, unit, given_weights) == variant_of(key, unit, list(given_weights))

    @pytest.mark.property
    @given(keys, weights)
    def test_variants_get_their_shares(self, key, given_weights):
        counts = np.bincount(
            [variant_of(key, unit, given_weights) for unit in range(2000)], minlength=len(given_weights)
        )
        assert sample_ratio(counts, given_weights) > 1e-9

    @pytest.mark.property
    @given(keys, keys.map("other-{}".format))
    def test_two_experiments_are_independent(self, key, other):
        table = np.zeros((2, 2))
        for unit in range(2000):
            table[variant_of(key, unit, [1, 1]), variant_of(other, unit, [1, 1])] += 1
        assert stats.chi2_contingency(table).pvalue > 1e-9

    @pytest.mark.property
    @given(keys, st.integers(1, 2**40), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
    def test_when_weights_move_only_units_at_the_border_change(self, key, unit, before, after):
        was, now = variant_of(key, unit, [before, 1 - before]), variant_of(key, unit, [after, 1 - after])
        assert (was, now) != ((0, 1) if after >= before else (1, 0))

    def test_the_share_that_takes_part_is_independent_of_the_variant(self):
        inside = [unit for unit in range(20_000) if takes_part("k", unit, 0.3)]
        first = sum(variant_of("k", unit, [1, 1]) == 0 for unit in inside)
        assert (abs(len(inside) - 6000) < 300, abs(first / len(inside) - 0.5) < 0.03) == (True, True)

    @pytest.mark.parametrize("wrong", [[], [0, 0], [1, -1]])
    def test_weights_that_are_none(self, wrong):
        with pytest.raises(ValueError, match="weights must be 0 or more"):
            variant_of("k", 1, wrong)


class TestSequential:
    def test_published_boundaries(self, monkeypatch):
        """Five equal looks at 5 %, two-sided, Lan–DeMets O'Brien–Fleming: Jennison and Turnbull (1999); PROC
        SEQDESIGN."""
        monkeypatch.setattr("recommendations.statistics.sequential.LATER", 0.0)
        assert boundaries(np.arange(1, 6) / 5).round(3).tolist() == [4.877, 3.357, 2.68, 2.29, 2.031]

    def test_one_look_is_the_ordinary_test(self, monkeypatch):
        monkeypatch.setattr("recommendations.statistics.sequential.LATER", 0.0)
        assert boundaries(np.array([1.0])).round(4).tolist() == [1.96]

    def test_daily_looks_spend_what_is_allowed(self):
        assert crossing(DAYS, boundaries(DAYS)) == pytest.approx(spent(1.0, 0.05), abs=1e-6)

    @pytest.mark.property
    @given(st.lists(st.integers(1, 60), min_size=1, max_size=8, unique=True).map(sorted), st.floats(0.005, 0.1))
    def test_never_more_is_spent_however_often_and_long_one_looks(self, twentieths, alpha):
        fractions = np.array(twentieths) / 20
        assert crossing(fractions, boundaries(fractions, alpha)) <= alpha * 1.001

    def test_simulated_walks_cross_as_often_as_computed(self):
        z = np.cumsum(np.random.default_rng(1).standard_normal((40_000, 28)), axis=1) / np.sqrt(np.arange(1, 29))
        bounds = boundaries(DAYS)
        assert (np.abs(z) >= bounds).any(axis=1).mean() == pytest.approx(0.0475, abs=0.004)

    def test_looks_need_new_information(self):
        with pytest.raises(ValueError, match="more information"):
            boundaries(np.array([0.5, 0.5]))


class TestPlanner:
    def test_a_little_more_than_for_a_single_look(self):
        single = (stats.norm.isf(0.025) + stats.norm.ppf(0.8)) ** 2 * 2 * (0.1 * 0.9 + 0.11 * 0.89) / 0.01**2
        assert 1.0 < units_needed(0.1, 0.1, [1, 1], power=0.8) / single < 1.08

    def test_what_was_known_before_saves_units(self):
        assert units_needed(0.1, 0.1, [1, 1], correlation=0.6) / units_needed(0.1, 0.1, [1, 1]) == pytest.approx(
            0.64, 0.001
        )

    def test_more_variants_and_uneven_weights_need_more(self):
        two, uneven, three = (units_needed(0.1, 0.1, w) for w in ([1, 1], [9, 1], [1, 1, 1]))
        assert two < three < uneven

    @pytest.mark.parametrize("wrong", [(0, 0.1, [1, 1]), (0.5, 1.5, [1, 1]), (0.1, 0, [1, 1]), (0.1, 0.1, [1])])
    def test_what_cannot_be_planned(self, wrong):
        with pytest.raises(ValueError, match=r"between 0 and 1|two variants"):
            units_needed(*wrong)


def units(n_first, n_second, day=0, activity=None):
    n = n_first + n_second
    variant = np.repeat([0, 1], [n_first, n_second])
    return Units(variant, np.full(n, day), np.zeros(n) if activity is None else activity)


def successes(first, n_first, second, n_second):
    return np.concatenate([np.arange(n_first) < first, np.arange(n_second) < second]).astype(float)


class TestAnalysis:
    @pytest.mark.parametrize(("won", "n"), [(0, 5), (3, 10), (100, 1000), (7, 7)])
    def test_wilson_as_scipy(self, won, n):
        theirs = stats.binomtest(won, n).proportion_ci(0.95, "wilson")
        ours = Rate.of(won, n)
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)

    def test_nothing_known_is_everything_possible(self):
        assert Rate.of(0, 0) == Rate(0, 0, 0.0, 1.0)

    def test_z_by_hand(self):
        found = compare(units(1000, 1000), successes(100, 1000, 130, 1000), 1, planned=2000, alpha=0.05)
        by_hand = 0.03 / np.sqrt(0.1 * 0.9 / 999 + 0.13 * 0.87 / 999)
        assert (found.z.tolist(), found.lift) == (pytest.approx([by_hand]), pytest.approx(0.3))
        assert (found.decided_at, found.direction) == (0, 1)  # one look at the planned end: beyond 1.98

    @pytest.mark.parametrize("second", [105, 115, 125, 128, 130, 140])
    def test_the_interval_of_the_lift_is_without_0_where_the_test_decides(self, second):
        found = compare(units(1000, 1000), successes(100, 1000, second, 1000), 1, planned=2000, alpha=0.05)
        assert (found.low > 0) == (found.decided_at == 0)

    def test_cuped_as_a_regression_by_hand(self):
        generator = np.random.default_rng(0)
        activity = generator.standard_normal(400)
        outcome = (activity + generator.standard_normal(400) > 1).astype(float)
        found = compare(units(200, 200, activity=activity), outcome, 1, planned=400, alpha=0.05)
        x = [activity[:200], activity[200:]]
        y = [outcome[:200], outcome[200:]]
        within = [np.cov(a, b) for a, b in zip(x, y, strict=True)]
        slope = (within[0][0, 1] + within[1][0, 1]) / (within[0][0, 0] + within[1][0, 0])
        left = [b - slope * a for a, b in zip(x, y, strict=True)]
        z = (left[1].mean() - left[0].mean()) / np.sqrt(sum(part.var(ddof=1) / 200 for part in left))
        assert found.z[-1] == pytest.approx(z)
        assert found.variance_cut == pytest.approx(1 - sum(p.var(ddof=1) for p in left) / sum(p.var(ddof=1) for p in y))

    def test_days_add_up_and_an_early_crossing_stays_decided(self):
        n = 300
        variant, day = np.tile([0, 1], n), np.repeat([0, 1, 2], 2 * n // 3)
        outcome = np.where(day == 0, variant * 0.9, 0.5 * (1 - variant)) > np.random.default_rng(2).random(2 * n)
        found = compare(Units(variant, day, np.zeros(2 * n)), outcome.astype(float), 1, planned=400, alpha=0.05)
        assert (found.days.tolist(), found.decided_at, found.direction) == ([0, 1, 2], 0, 1)

    def test_too_few_are_not_looked_at(self):
        few = LEAST_UNITS - 1
        found = compare(units(few, few), successes(0, few, few, few), 1, planned=1000, alpha=0.05)
        assert (len(found.z), found.lift, found.direction) == (0, None, 0)

    def test_nobody_does_anything(self):
        found = compare(units(200, 200), np.zeros(400), 1, planned=400, alpha=0.05)
        assert (found.z.tolist(), found.lift, found.low, found.direction) == ([0.0], None, None, 0)

    def test_the_sample_ratio_as_scipy(self):
        assert sample_ratio([480, 520], [3, 3]) == pytest.approx(stats.chisquare([480, 520]).pvalue)

    def test_who_was_to_get_nothing_got_something(self):
        assert (sample_ratio([10, 1], [1, 0]), sample_ratio([0, 0], [1, 1])) == (0.0, 1.0)


class TestBandit:
    def test_the_better_one_gets_more_and_each_keeps_something(self):
        worse, better = thompson_weights([50, 120], [1000, 1000], seed=1)
        assert (worse, better) == (pytest.approx(LEAST, abs=1e-3), pytest.approx(1 - LEAST, abs=1e-3))

    def test_at_the_start_nobody_leads(self):
        assert thompson_weights([0, 0], [0, 0], seed=1) == pytest.approx([0.5, 0.5], abs=0.02)

    def test_more_won_than_tried_is_an_error(self):
        with pytest.raises(ValueError, match="cannot exceed"):
            thompson_weights([2], [1], seed=1)


class TestPromises:
    """A fifth of the experiments of `manage.py bench_experiments`."""

    def test_a_a_experiments_are_decided_as_often_as_allowed(self):
        assert 0.02 <= simulation.share_decided(200, lift=0.0, seed=3, per_day=60) <= 0.09

    def test_a_lift_is_found_at_the_planned_size(self):
        found, needed = simulation.power_as_planned(200, lift=0.3, seed=3)
        assert (found >= 0.75, needed) == (True, 3970)

    def test_the_sample_ratio_check_fires(self):
        assert simulation.sample_ratio_fires(50.0, 51.5, 100_000) < BROKEN < simulation.sample_ratio_fires(50, 50, 1000)

    def test_cuped_cuts_what_theory_says(self):
        assert simulation.cuped_cut(0.6, 8000, 200, seed=3) == pytest.approx(0.36, abs=0.03)
