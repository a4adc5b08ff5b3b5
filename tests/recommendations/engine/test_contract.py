"""Contract of every model."""

from functools import cache

import numpy as np
import pytest

from recommendations.engine import artifacts
from recommendations.engine.base import NotFittedError
from recommendations.engine.data.interactions import Histories
from recommendations.engine.registry import RATING_PREDICTORS, SCORERS
from tests.recommendations.engine.toys import clusters, toy

MODELS = {**SCORERS, **RATING_PREDICTORS}


def output(model, train):
    histories = train.histories()
    return model.score(histories) if hasattr(model, "score") else model.predict_for(histories)


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]()


@cache
def fitted_on_toy(kind):
    """Return models fitted once for all tests, because some take seconds."""
    return kind().fit(toy())


def test_an_unfitted_model_says_so(model):
    with pytest.raises(NotFittedError, match=model.name):
        output(model, toy())


def test_there_is_a_finite_number_for_every_member_and_known_title(model):
    scores = output(fitted_on_toy(type(model)), toy())

    assert scores.shape == (6, 8)
    assert np.isfinite(scores).all()


def test_fitting_again_equals_a_fresh_fit(model):
    refitted = output(model.fit(clusters(seed=1)).fit(toy()), toy())

    assert np.array_equal(refitted, output(fitted_on_toy(type(model)), toy()))


def test_saved_and_loaded_models_answer_the_same(model, tmp_path):
    model = fitted_on_toy(type(model))
    before = output(model, toy())

    artifacts.save(tmp_path / "model", model.arrays, {"parameters": model.parameters})
    arrays, description = artifacts.load(tmp_path / "model")
    loaded = type(model)(**description["parameters"]).load(arrays)

    assert np.array_equal(output(loaded, toy()), before)


def test_an_empty_list_is_answered(model):
    model = fitted_on_toy(type(model))
    nobody = Histories.of_one(np.zeros(0, dtype=int), np.zeros(0), n_items=8)

    scores = model.score(nobody) if hasattr(model, "score") else model.predict_for(nobody)
    assert scores.shape == (1, 8)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", SCORERS)
def test_a_title_that_nobody_watched_is_judged_only_by_what_it_is(name):
    train = toy()
    without_last = train.where(train.item_index != 7)

    scores = SCORERS[name]().fit(without_last).score(without_last.histories())

    assert np.isfinite(scores[:, 7]).all() == SCORERS[name].judges_unrated
    assert np.isnan(scores[:, 7]).all() == (not SCORERS[name].judges_unrated)
    assert np.isfinite(scores[:, :7]).all()


@pytest.mark.parametrize("name", RATING_PREDICTORS)
def test_predicted_scores_are_between_1_and_10(name):
    train = clusters()
    predictor = RATING_PREDICTORS[name]().fit(train)

    for scores in (predictor.predict(train.user_index, train.item_index), predictor.predict_for(train.histories())):
        assert scores.min() >= 1
        assert scores.max() <= 10


@pytest.mark.parametrize("name", RATING_PREDICTORS)
def test_members_folded_in_are_predicted_nearly_like_members_trained_on(name):
    train = clusters()
    predictor = RATING_PREDICTORS[name]().fit(train)

    trained = predictor.predict(train.user_index, train.item_index)
    folded_in = predictor.predict_for(train.histories())[train.user_index, train.item_index]

    assert np.abs(trained - folded_in).mean() < 0.5
    spread = np.sqrt(((train.score.mean() - train.score) ** 2).mean())
    assert np.sqrt(((folded_in - train.score) ** 2).mean()) < 0.7 * spread


def test_some_titles_may_be_predicted_alone():
    train = toy()
    predictor = RATING_PREDICTORS["svd"]().fit(train)

    some = predictor.predict_for(train.histories(), np.array([6, 2]))

    assert some == pytest.approx(predictor.predict_for(train.histories())[:, [6, 2]])


def test_taste_decides_what_the_linear_model_ranks_first():
    train = clusters()
    model = SCORERS["linear"]().fit(train)
    odd_titles = np.flatnonzero(train.items.ids % 2 == 1)[:5]

    scores = model.score(Histories.of_one(odd_titles, np.full(5, 9), len(train.items)))[0]

    best = np.argsort(-np.where(np.isin(np.arange(40), odd_titles), -np.inf, scores))[:10]
    assert (train.items.ids[best] % 2 == 1).all()
