from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.models.evidence.residual_neighbours import Residuals
from recommendations.engine.models.evidence.series import OF_SERIES, Series

FIRST, FILM, SECOND, THIRD, OTHER, REMAKE, UNDATED = range(7)
FRANCHISE = np.array([5, 5, 5, 5, 9, 5, 5])
STARTED = np.array([2000.0, 2002.5, 2002.25, 2004, 1990, np.nan, np.nan])
NO_RESIDUALS = Residuals(0.0, np.zeros(0, dtype=int), np.zeros(0))


def series(lists, franchise=FRANCHISE, started=STARTED):
    rows = [(user, title, 8) for user, own in enumerate(lists) for title in own]
    train = Interactions.from_ids(*np.array([*rows, *((99, title, 0) for title in range(len(STARTED)))]).T)
    features = TitleFeatures(sp.csr_matrix((len(STARTED), 0)), (), franchise, started)
    return Series().fit(replace(train, features=features))


def of(model, own, *targets):
    """Return the columns of the targets by name, for a list {title: score}."""
    parts = model.read(np.array(list(own), dtype=int), np.array(list(own.values()), dtype=float), NO_RESIDUALS)
    return dict(zip(OF_SERIES, model.columns(parts, np.array(targets)), strict=True))


def test_parts_follow_each_other_by_release_and_undated_ones_come_last():
    places = series([]).arrays

    assert places["place"].tolist() == [0, 2, 1, 3, 0, 4, 5]
    assert places["before"].tolist() == [-1, SECOND, FIRST, FILM, -1, THIRD, REMAKE]
    assert places["after"].tolist() == [SECOND, THIRD, FILM, REMAKE, -1, UNDATED, -1]
    assert places["first"].tolist() == [FIRST, FIRST, FIRST, FIRST, OTHER, FIRST, FIRST]


def test_the_next_part_is_known_from_the_one_after_it():
    columns = of(series([]), {FIRST: 9}, SECOND, FILM, OTHER)

    assert columns["part before"].tolist() == [1, 0, -1]
    assert columns["its score"] == pytest.approx([9, np.nan, np.nan], nan_ok=True)
    assert columns["parts missing"].tolist() == [0, 1, 0]
    assert columns["first part"].tolist() == [1, 1, -1]
    assert columns["is first"].tolist() == [0, 0, 1]


def test_a_later_part_on_the_list_tells_of_the_part_that_was_skipped():
    columns = of(series([]), {SECOND: 0}, FIRST, FILM)

    assert columns["part after"].tolist() == [1, 0]
    assert np.isnan(columns["its score"]).all()
    assert columns["franchise watched"] == pytest.approx([np.log(2)] * 2)


def test_uptake_is_the_share_of_those_with_a_listed_part_who_went_on():
    went_on, stopped = [FIRST, SECOND], [FIRST]
    model = series([went_on] * 15 + [stopped] * 10 + [[OTHER, FILM]] * 3)

    columns = of(model, {FIRST: 8, OTHER: 8}, SECOND, FILM, OTHER)

    watched_first = 25 + 1  # the one who watched everything
    assert columns["uptake"].tolist() == pytest.approx([16 / (watched_first + 5), 1 / (watched_first + 5), 0])
    assert columns["mean uptake"].tolist() == pytest.approx(columns["uptake"].tolist())


def test_without_franchises_every_title_is_a_first_part():
    columns = of(series([[FIRST, SECOND]], franchise=None), {FIRST: 9}, SECOND, FIRST)

    assert columns["is first"].tolist() == [1, 1]
    assert columns["franchise watched"].tolist() == pytest.approx([0, np.log(2)])
    assert columns["uptake"].tolist() == [0, 0]


def test_an_empty_list_has_no_parts():
    columns = of(series([[FIRST, SECOND]]), {}, SECOND)

    assert columns["part before"].tolist() == [0]
    assert columns["mean uptake"].tolist() == [0]
