from dataclasses import replace

import numpy as np
import pytest

from recommendations.engine.data.interactions import Histories
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.models.content import Content
from tests.recommendations.engine.toys import clusters, toy


def scores_of(model, train, titles):
    at = train.items.index_of(np.array(titles))
    return model.score(Histories.of_one(at, np.full(len(at), 9), len(train.items)))[0]


def test_without_features_it_cannot_be_fitted():
    with pytest.raises(ValueError, match="content needs title features"):
        Content().fit(replace(toy(), features=None))


def test_new_titles_are_ranked_by_what_they_are():
    train = clusters()
    new = train.items.ids > 34
    model = Content().fit(train.where(~new[train.item_index]))

    odd, even = scores_of(model, train, [1, 3, 5])[new], scores_of(model, train, [2, 4, 6])[new]

    is_odd = train.items.ids[new] % 2 == 1
    assert odd[is_odd].min() > odd[~is_odd].max()
    assert even[~is_odd].min() > even[is_odd].max()


def test_among_equals_the_one_with_more_of_an_audience_is_first():
    train = clusters()
    model = Content(l2_titles=10).fit(train)

    scores = scores_of(model, train, [1, 3, 5])

    odd = scores[train.items.ids % 2 == 1]
    assert (np.diff(odd) < 0).all()  # the toy's audience decreases with the title's number


def test_it_does_without_an_audience():
    train = clusters()
    without = TitleFeatures(train.features.values[:, 1:], train.features.names[1:])

    scores = scores_of(Content().fit(replace(train, features=without)), train, [1, 3, 5])

    odd = train.items.ids % 2 == 1
    assert scores[odd].mean() > scores[~odd].mean()


def test_a_title_of_which_nothing_is_known_cannot_be_judged():
    train = toy()
    values = train.features.values.tolil()
    values[3] = 0
    unknown = replace(train, features=TitleFeatures(values.tocsr(), train.features.names))

    scores = Content().fit(unknown).score(unknown.histories())

    assert np.isnan(scores).all(0).tolist() == [False, False, False, True, False, False, False, False]


def test_the_closed_form_is_the_ridge_regression_through_the_features():
    """With full rank and little regularisation, F·W·Gᵀ·(GᵀG) = F·(FᵀXᵀXF)⁻¹·Fᵀ(XᵀX − diag)G."""
    train = clusters()
    model = Content(l2_lists=1e-9, l2_titles=1e-9, watched_weight=0, damping=0).fit(train)
    read, ranked = model._sides(train.features)
    liked = train.histories().liked().toarray().astype(float)

    gram = liked.T @ liked
    expected = np.linalg.lstsq(read.T @ gram @ read, read.T @ (gram - np.diag(np.diag(gram))) @ ranked)[0]
    weights = model.arrays["inputs"] @ model.arrays["outputs"].T

    assert weights @ ranked == pytest.approx(read @ expected, abs=1e-3 * np.abs(read @ expected).max())
