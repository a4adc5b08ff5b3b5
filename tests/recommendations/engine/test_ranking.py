import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.ranking import TitleRules, allowed_titles, top_franchises

#                    title:  0  1  2  3  4  5  6  7
FRANCHISE = np.array([0, 0, 1, 2, 2, 2, 3, 4])
ENTRY = np.array([0, 0, 2, 4, 4, 4, 6, 7])
NONE = np.array([], dtype=int)


def rules(not_recommendable=(), adult=()):
    titles = np.arange(8)
    return TitleRules(~np.isin(titles, not_recommendable), np.isin(titles, adult), FRANCHISE, ENTRY)


def test_what_cannot_be_watched_is_not_recommended():
    assert np.flatnonzero(allowed_titles(rules(not_recommendable=[2, 6]), NONE, NONE, True)).tolist() == [
        0,
        1,
        3,
        4,
        5,
        7,
    ]


def test_adult_titles_need_the_opt_in():
    assert np.flatnonzero(allowed_titles(rules(adult=[2, 7]), NONE, NONE, False)).tolist() == [0, 1, 3, 4, 5, 6]
    assert allowed_titles(rules(adult=[2, 7]), NONE, NONE, True).all()


def test_a_franchise_that_is_on_the_list_or_hidden_stays_away_whole():
    allowed = allowed_titles(rules(), on_list=np.array([1]), hidden=np.array([5]), shows_adult=True)

    assert np.flatnonzero(allowed).tolist() == [2, 6, 7]


def test_a_franchise_appears_once_by_its_entry_point_at_its_best_title_s_place():
    scores = np.array([0.1, 0.9, 0.5, 0.8, 0.2, 0.7, 0.6, 0.0])

    shown, scored = top_franchises(scores, np.ones(8, bool), rules(), n=3)

    assert shown.tolist() == [0, 4, 6]
    assert scored.tolist() == [1, 3, 6]


def test_where_the_entry_point_is_not_allowed_the_title_itself_stands():
    allowed = np.ones(8, bool)
    allowed[4] = False

    shown, _ = top_franchises(np.arange(8.0), allowed, rules(), n=8)

    assert shown.tolist() == [7, 6, 5, 2, 0]


def test_titles_without_a_score_are_left_out():
    scores = np.full(8, np.nan)
    scores[6] = 1

    shown, _ = top_franchises(scores, np.ones(8, bool), rules(), n=5)

    assert shown.tolist() == [6]


def test_nothing_allowed_is_an_empty_list():
    shown, scored = top_franchises(np.arange(8.0), np.zeros(8, bool), rules(), n=5)

    assert shown.tolist() == scored.tolist() == []


@st.composite
def catalogues(draw):
    n = draw(st.integers(1, 40))
    franchise = np.unique(draw(st.lists(st.integers(0, 12), min_size=n, max_size=n)), return_inverse=True)[1]
    entry = np.array([draw(st.sampled_from(np.flatnonzero(franchise == f).tolist())) for f in franchise])
    flags = [np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n))) for _ in range(2)]
    subsets = [np.array(draw(st.lists(st.integers(0, n - 1), max_size=6, unique=True)), dtype=int) for _ in range(2)]
    scores = np.array(draw(st.lists(st.sampled_from([np.nan, -1.0, 0.0, 0.5, 0.5, 2.0]), min_size=n, max_size=n)))
    return TitleRules(*flags, franchise, entry), subsets, scores


@given(catalogues(), st.integers(1, 12), st.booleans())
def test_never_shown_whatever_the_catalogue(catalogue, n, shows_adult):
    title_rules, (on_list, hidden), scores = catalogue

    allowed = allowed_titles(title_rules, on_list, hidden, shows_adult)
    shown, scored = top_franchises(scores, allowed, title_rules, n)

    assert not set(shown) & {*on_list, *hidden}
    assert title_rules.recommendable[shown].all()
    assert shows_adult or not title_rules.adult[shown].any()
    assert len(set(title_rules.franchise[shown])) == len(shown)
    assert (np.diff(scores[scored]) <= 0).all()
    possible = {title_rules.franchise[i] for i in np.flatnonzero(allowed & np.isfinite(scores))}
    assert len(shown) == min(n, len(possible))


@pytest.mark.parametrize("n", [1, 5, 50])
def test_the_best_franchises_are_found_however_many_parts_the_first_ones_have(n):
    parts = 30  # each of ten franchises, all better than the fifty single titles
    franchise = np.concatenate([np.repeat(np.arange(10), parts), np.arange(10, 60)])
    many = TitleRules(np.ones(350, bool), np.zeros(350, bool), franchise, np.arange(350))

    shown, _ = top_franchises(np.arange(350, 0, -1.0), np.ones(350, bool), many, n)

    assert franchise[shown].tolist() == list(range(n))
