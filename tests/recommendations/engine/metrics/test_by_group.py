import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.interactions import Histories
from recommendations.engine.metrics.by_group import by_group, groups_of

YEARS = np.array([1990.0, 2000.0, 2020.0, np.nan])
AUDIENCE = np.array([1.0, 2.0, 9.0, np.nan])


def lists(*rows):
    return Histories(sp.csr_matrix(np.array(rows, dtype=np.float32)))


def members_of(mask):
    return np.flatnonzero(mask).tolist()


def test_members_are_grouped_by_the_years_and_the_audience_of_what_they_watched():
    groups = groups_of(lists([9, 9, 0, 0], [0, 0, 9, 9], [0, 9, 9, 0], [0, 0, 0, 9]), YEARS, AUDIENCE)

    assert {name: members_of(mask) for name, mask in groups["years"].items()} == {
        "before_2004": [0],
        "2004_to_2011": [2],
        "2012_or_later": [1],
    }
    assert {name: members_of(mask) for name, mask in groups["audience"].items()} == {
        "niche": [0],
        "mixed": [2],
        "mainstream": [1],
    }


def test_members_are_grouped_by_the_length_of_their_list():
    rows = np.zeros((4, 400), dtype=np.float32)
    for member, length in enumerate((19, 20, 299, 300)):
        rows[member, :length] = 1

    groups = groups_of(lists(*rows), np.full(400, 2000.0), np.full(400, 1.0))

    assert [members_of(mask) for mask in groups["length"].values()] == [[0], [1], [2], [3]]


def test_each_group_has_its_mean_and_interval_over_the_members_with_a_figure():
    masks = {"length": {"short": np.array([True, True, True, False]), "long": np.array([False, False, False, True])}}

    figures = by_group(np.array([0.2, 0.4, np.nan, np.nan]), masks)

    assert figures["length"].keys() == {"short"}
    short = figures["length"]["short"]
    assert (short["mean"], short["members"]) == (pytest.approx(0.3), 2)
    assert 0.2 <= short["low"] <= short["mean"] <= short["high"] <= 0.4
