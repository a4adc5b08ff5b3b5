from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.ranking import (
    RankingOptions,
    TitleRules,
    allowed_titles,
    calibrated,
    fame,
    known_enough,
    long_enough,
    mean_genres,
    rank,
    top_franchises,
)
from tests.recommendations.engine.toys import plain_rules

#                    title:  0  1  2  3  4  5  6  7
FRANCHISE = np.array([0, 0, 1, 2, 2, 2, 3, 4])
ENTRY = np.array([0, 0, 2, 4, 4, 4, 6, 7])
NONE = np.array([], dtype=int)
ALL = np.ones(8, bool)


def rules(not_recommendable=(), adult=()):
    titles = np.arange(8)
    return plain_rules(
        8,
        recommendable=~np.isin(titles, not_recommendable),
        adult=np.isin(titles, adult),
        franchise=FRANCHISE,
        entry=ENTRY,
    )


class TestAllowedTitles:
    def test_what_cannot_be_watched_is_not_recommended(self):
        allowed = allowed_titles(rules(not_recommendable=[2, 6]), NONE, NONE, True)

        assert np.flatnonzero(allowed).tolist() == [0, 1, 3, 4, 5, 7]

    def test_adult_titles_need_the_opt_in(self):
        without = allowed_titles(rules(adult=[2, 7]), NONE, NONE, False)

        assert np.flatnonzero(without).tolist() == [0, 1, 3, 4, 5, 6]
        assert allowed_titles(rules(adult=[2, 7]), NONE, NONE, True).all()

    def test_a_franchise_that_is_on_the_list_or_hidden_stays_away_whole(self):
        allowed = allowed_titles(rules(), on_list=np.array([1]), hidden=np.array([5]), shows_adult=True)

        assert np.flatnonzero(allowed).tolist() == [2, 6, 7]


class TestTopFranchises:
    def test_a_franchise_appears_once_by_its_entry_point_at_its_best_title_s_place(self):
        scores = np.array([0.1, 0.9, 0.5, 0.8, 0.2, 0.7, 0.6, 0.0])

        shown, scored = top_franchises(scores, ALL, rules(), n=3)

        assert shown.tolist() == [0, 4, 6]
        assert scored.tolist() == [1, 3, 6]

    def test_a_franchise_whose_entry_point_is_not_allowed_is_left_out(self):
        allowed = ALL.copy()
        allowed[4] = False

        shown, _ = top_franchises(np.arange(8.0), allowed, rules(), n=8)

        assert shown.tolist() == [7, 6, 2, 0]

    def test_a_franchise_whose_entry_point_the_model_does_not_know_is_left_out(self):
        unknown = replace(rules(), entry=np.where(FRANCHISE == 2, -1, ENTRY))

        shown, _ = top_franchises(np.arange(8.0), ALL, unknown, n=8)

        assert shown.tolist() == [7, 6, 2, 0]

    def test_titles_without_a_score_are_left_out(self):
        scores = np.full(8, np.nan)
        scores[6] = 1

        shown, _ = top_franchises(scores, ALL, rules(), n=5)

        assert shown.tolist() == [6]

    def test_nothing_allowed_is_an_empty_list(self):
        shown, scored = top_franchises(np.arange(8.0), ~ALL, rules(), n=5)

        assert shown.tolist() == scored.tolist() == []

    @pytest.mark.parametrize("n", [1, 5, 50])
    def test_the_best_franchises_are_found_however_many_parts_the_first_ones_have(self, n):
        parts = 30  # per franchise; all ten franchises outrank the fifty single titles
        franchise = np.concatenate([np.repeat(np.arange(10), parts), np.arange(10, 60)])

        shown, _ = top_franchises(np.arange(350, 0, -1.0), np.ones(350, bool), plain_rules(350, franchise=franchise), n)

        assert franchise[shown].tolist() == list(range(n))


class TestMinimumAudience:
    AUDIENCE = np.array([50.0, 1000.0, 999.0, np.nan])

    def test_leaves_out_what_fewer_have_on_their_list(self):
        known = known_enough(plain_rules(4, audience=self.AUDIENCE), RankingOptions(minimum_audience=1000))

        assert known.tolist() == [False, True, False, True]

    def test_exempts_what_is_too_new_to_have_an_audience(self):
        new = np.array([True, False, False, False])

        known = known_enough(plain_rules(4, audience=self.AUDIENCE, is_new=new), RankingOptions(minimum_audience=1000))

        assert known.tolist() == [True, True, False, True]

    @pytest.mark.parametrize(("niche", "known"), [(-1, [0, 1, 0, 1]), (0.5, [0, 1, 1, 1]), (1, [1, 1, 1, 1])])
    def test_asking_for_the_unknown_lowers_it(self, niche, known):
        options = RankingOptions(minimum_audience=1000, niche=niche)

        assert known_enough(plain_rules(4, audience=self.AUDIENCE), options).tolist() == known


def test_very_short_things_are_left_out_unless_asked_for():
    minutes = plain_rules(3, minutes=np.array([3.0, 10.0, np.nan]))

    assert long_enough(minutes, RankingOptions()).tolist() == [False, True, True]
    assert long_enough(minutes, RankingOptions(shortest=0)).tolist() == [True, True, True]


class TestNiche:
    def test_fame_is_the_standardised_log_audience(self):
        # log: 2, 4 and 3 in steps: mean 3, deviation sqrt(2/3)
        audience = np.expm1(np.array([2.0, 4.0, 3.0, np.nan]))

        assert fame(audience) == pytest.approx([-np.sqrt(1.5), np.sqrt(1.5), 0, 0])

    def test_brings_forward_what_everybody_knows_or_what_few_know_behind_a_clear_favourite(self):
        known = plain_rules(8, audience=np.array([1e6, 3e5, 1e5, 3e4, 1e4, 5e3, 2e3, 1e3]))
        scores = np.array([5.0, 6, 7, 8, 4, 3, 2, 1])

        by_niche = {
            niche: rank(scores, ALL, known, 3, RankingOptions(niche=niche, minimum_audience=0))[0].tolist()
            for niche in (-1, 0, 1)
        }

        assert by_niche == {-1: [3, 0, 2], 0: [3, 2, 1], 1: [3, 7, 6]}


class TestDiversity:
    def test_the_genres_shown_are_those_of_the_member_in_their_shares(self):
        genres = np.repeat(
            np.eye(2), [8, 4], axis=0
        )  # eight preferred titles of the first genre, four others of the second
        wanted = np.linspace(2, 0, 12)

        order = calibrated(wanted, genres, np.array([0.75, 0.25]), weight=100, n=8)

        assert genres[order].sum(0).tolist() == [6, 2]
        assert order[genres[order, 0] == 1].tolist() == [0, 1, 2, 3, 4, 5]
        assert order[genres[order, 1] == 1].tolist() == [8, 9]

    def test_without_weight_the_order_stays(self):
        assert calibrated(np.array([3.0, 1, 2]), np.eye(3), np.ones(3) / 3, 0, n=3).tolist() == [0, 2, 1]

    def test_two_places_by_hand(self):
        # First: 1 - ½(½² + ½²) = ¾ beats ½ - ¼; then title 1 would leave (1, 0) twice: 0.9 - ½(1 + 1) < 0.5 - 0
        genres = np.array([[1.0, 0], [1, 0], [0, 1]])

        assert calibrated(np.array([1, 0.9, 0.5]), genres, np.array([0.5, 0.5]), 1, n=2).tolist() == [0, 2]

    def test_a_taste_is_read_from_the_titles_listed(self):
        genres = sp.csr_matrix(np.array([[1.0, 0], [0.5, 0.5], [0, 0]]))

        assert mean_genres(genres, np.array([0, 1, 2])).tolist() == [0.75, 0.25]
        assert mean_genres(genres, np.array([2])).tolist() == [0, 0]

    def test_one_genre_s_fan_gets_more_of_it(self):
        tagged = plain_rules(8, genres=sp.csr_matrix(np.repeat(np.eye(2), 4, axis=0)))
        scores = np.array([8.0, 7, 6, 5, 4, 3, 2, 0])
        options = RankingOptions(diversity=1)
        allowed = ~np.isin(np.arange(8), [7])

        shown, _ = rank(scores, allowed, tagged, 3, options, listed=np.array([7]))

        assert shown.tolist() == [4, 5, 6]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"niche": 1.5}, "niche is 1.5, but must be from -1 to 1"),
        ({"diversity": float("nan")}, "diversity is nan, but must be from 0 to 1"),
        ({"minimum_audience": -1}, "minimum_audience is -1, but must be from 0 to 1000000"),
        ({"shortest": -5}, "shortest is -5, but must be from 0 to 1000"),
        ({"model": "best"}, "model is best, but must be one of hybrid, linear, content, svd, popularity"),
    ],
)
def test_options_out_of_range_are_refused_by_name(wrong, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        RankingOptions(**wrong)


@st.composite
def catalogues(draw):
    n = draw(st.integers(1, 40))

    def each(values):
        return np.array(draw(st.lists(values, min_size=n, max_size=n)))

    franchise = np.unique(each(st.integers(0, 12)), return_inverse=True)[1]
    entries = [draw(st.sampled_from(np.flatnonzero(franchise == f).tolist())) for f in range(franchise.max() + 1)]
    entry = np.array(entries)[franchise]
    genres = each(st.lists(st.booleans(), min_size=3, max_size=3)).astype(float)
    title_rules = TitleRules(
        recommendable=each(st.booleans()), adult=each(st.booleans()), franchise=franchise, entry=entry,
        audience=each(st.sampled_from([np.nan, 10.0, 2000.0, 1e6])), is_new=each(st.booleans()),
        minutes=each(st.sampled_from([np.nan, 3.0, 24.0, 300.0])),
        genres=sp.csr_matrix(genres / np.maximum(genres.sum(1, keepdims=True), 1)),
    )  # fmt: skip
    subsets = [np.array(draw(st.lists(st.integers(0, n - 1), max_size=6, unique=True)), dtype=int) for _ in range(3)]
    return title_rules, subsets, each(st.sampled_from([np.nan, -1.0, 0.0, 0.5, 0.5, 2.0]))


wishes = st.builds(
    RankingOptions,
    niche=st.sampled_from([-1.0, 0.0, 0.3, 1.0]),
    diversity=st.sampled_from([0.0, 0.5, 1.0]),
    minimum_audience=st.sampled_from([0, 1000]),
    shortest=st.sampled_from([0, 10]),
)


@given(catalogues(), st.integers(1, 12), st.booleans(), wishes)
def test_never_shown_whatever_the_catalogue_and_the_wish(catalogue, n, shows_adult, options):
    title_rules, (watched, dropped, hidden), scores = catalogue
    on_list = np.concatenate([watched, dropped])  # dropped titles are on the list, but models don't read them

    allowed = allowed_titles(title_rules, on_list, hidden, shows_adult)
    shown, scored = rank(scores, allowed, title_rules, n, options, watched)

    franchises = title_rules.franchise
    assert not set(franchises[shown]) & set(franchises[np.concatenate([on_list, hidden])])
    assert title_rules.recommendable[shown].all()
    assert shows_adult or not title_rules.adult[shown].any()
    assert not (title_rules.minutes[shown] < options.shortest).any()
    assert len(set(franchises[shown])) == len(shown)
    assert (franchises[shown] == franchises[scored]).all()
    assert np.isfinite(scores[scored]).all()
    fitting = allowed & known_enough(title_rules, options) & long_enough(title_rules, options)
    candidates = fitting & np.isfinite(scores) & fitting[title_rules.entry]
    assert len(shown) == min(n, len(set(franchises[candidates])))


@given(catalogues(), st.integers(1, 12))
def test_by_default_the_order_is_that_of_the_scores(catalogue, n):
    title_rules, _, scores = catalogue

    _, scored = rank(scores, np.ones(len(scores), bool), title_rules, n)

    assert (np.diff(scores[scored]) <= 0).all()


def test_a_wish_changes_the_order_only_among_what_was_allowed_before():
    tagged = replace(rules(), genres=sp.csr_matrix(np.eye(8)[:, :3]))

    plain, _ = rank(np.arange(8.0), ALL, tagged, 8)
    mixed, _ = rank(np.arange(8.0), ALL, tagged, 8, RankingOptions(diversity=1, niche=0.5), np.array([0]))

    assert sorted(mixed) == sorted(plain)
