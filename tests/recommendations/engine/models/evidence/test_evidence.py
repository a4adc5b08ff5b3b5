import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.models.evidence.evidence import COLUMNS, Evidence
from recommendations.engine.models.evidence.facts import TitleFacts
from recommendations.engine.models.evidence.residual_neighbours import ResidualNeighbours
from recommendations.engine.models.matrix_factorization import Svd
from tests.recommendations.engine.toys import toy


@pytest.fixture(scope="module")
def evidence():
    train = toy()
    names = ("catalogue:score", "episodes:2", "format:movie", "format:tv", "year:1990", "year:1995")
    values = np.zeros((8, 6), np.float32)
    values[0] = [0.8, 1, 0, 1, 0.8, 0.2]
    franchise = np.array([11, 11, 13, 14, 14, 16, 17, 18])
    return Evidence.fit(
        type(train)(**{**vars(train), "features": TitleFeatures(sp.csr_matrix(values), names, franchise)}),
        svd=Svd(n_factors=2),
    )


def column(table, name):
    return table[:, COLUMNS.index(name)]


def test_a_row_says_what_the_parts_say_of_member_and_title(evidence):
    items, scores = toy().histories().row(1)  # 11: 10, 12: 9, 14: no score, 15: 4
    read, wanted = evidence.read(items, scores), np.array([5, 2, 6])

    table = evidence.table(read, wanted)

    assert table.shape == (3, len(COLUMNS))
    assert column(table, "linear") == pytest.approx(evidence.linear.score(toy().histories())[1][wanted], abs=1e-6)
    assert np.clip(column(table, "svd"), 1, 10) == pytest.approx(
        evidence.svd.predict_for(toy().histories())[1][wanted], abs=1e-5
    )
    assert column(table, "length").tolist() == pytest.approx([np.log(4)] * 3)
    assert column(table, "scored share").tolist() == [0.75] * 3
    assert column(table, "liked share").tolist() == [0.5] * 3


def test_a_franchise_is_known_by_its_other_parts(evidence):
    read = evidence.read(np.array([0, 2]), np.array([9.0, 0.0]))

    table = evidence.table(read, np.array([1, 3]))  # 12 belongs to 11; 14 to a title off the list

    assert column(table, "franchise watched").tolist() == pytest.approx([np.log(2), 0])
    assert column(table, "franchise part").tolist() == [0.5, 0]
    assert column(table, "franchise liked").tolist() == pytest.approx([np.log(2), 0])
    assert column(table, "franchise residual")[0] == pytest.approx(read.residuals.values[0] / 2)


def test_what_the_catalogue_says_is_read_and_what_it_does_not_say_is_nan(evidence):
    facts = evidence.facts.arrays["titles"]
    table = evidence.table(evidence.read(np.array([2]), np.array([8.0])), np.array([0, 1]))

    assert column(table, "year") == pytest.approx([1991, np.nan], nan_ok=True)
    assert column(table, "catalogue score") == pytest.approx([0.8, np.nan], nan_ok=True)
    assert column(table, "episodes") == pytest.approx([2, np.nan], nan_ok=True)
    assert column(table, "tv").tolist() == [1, 0]
    assert np.isnan(column(table, "catalogue members")).all()
    assert facts[:, 0] == pytest.approx(np.log1p(toy().item_counts()))


def test_an_empty_list_is_read(evidence):
    nothing = np.zeros(0, dtype=int)

    table = evidence.table(evidence.read(nothing, nothing.astype(float)), np.array([0, 1]))

    assert column(table, "linear").tolist() == [0, 0]
    assert np.isnan(column(table, "mean given")).all()


def test_facts_without_a_catalogue_are_those_of_the_ratings():
    facts = TitleFacts(prior=0.0).fit(toy()).arrays

    assert facts["titles"][0, 1] == pytest.approx(9.0)  # 9, 10 and 8
    assert facts["titles"][0, 2] == pytest.approx(1.0)


def test_neighbours_add_the_residuals_of_similar_titles_by_hand():
    model = ResidualNeighbours(shrink=1.0).load(
        {
            "mean": np.array([7.0], np.float32),
            "item_bias": np.array([1.0, 0.0, -1.0], np.float32),
            "nearest": np.array([[1, 2], [0, 2], [0, 1]], np.int32),
            "similarity": np.array([[0.5, 0.25], [0.5, 0.0], [0.25, 0.0]], np.float32),
        }
    )

    predicted = model.predict_one(np.array([1, 2]), np.array([10.0, 0.0]), np.array([0, 1, 2]))

    bias = 3 / (1 + 4)  # one score, 3 above the mean, damped by 4 pseudo-scores
    assert predicted == pytest.approx([7 + bias + 1 + 0.5 * (3 - bias) / 1.5, 7 + bias, 7 + bias - 1])
