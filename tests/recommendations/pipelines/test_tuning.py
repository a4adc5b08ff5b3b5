import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recommendations.engine.data.splitting import hide_titles, split
from recommendations.engine.evaluation import evaluate_new_titles
from recommendations.engine.models.content import Content
from recommendations.engine.models.linear import Ease
from recommendations.engine.registry import RATING_PREDICTORS, SCORERS
from recommendations.engine.search_spaces import SEARCH_SPACES
from recommendations.pipelines.tuning import parameters_for, tune
from tests.recommendations.engine.toys import clusters


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture(scope="module")
def parts():
    return split(clusters(n_users=300))


def test_every_bound_is_of_a_parameter_and_holds_its_default():
    models = {**SCORERS, **RATING_PREDICTORS}

    for name, space in SEARCH_SPACES.items():
        defaults = models[name]().parameters
        assert dict.fromkeys(space, True) == {
            parameter: bounds.low <= defaults[parameter] <= bounds.high for parameter, bounds in space.items()
        }


def test_what_is_found_is_kept_and_no_worse_than_the_defaults(parts):
    found = tune("ease", parts, minutes=0.02)

    assert found.value >= found.default
    assert parameters_for("ease") == found.parameters
    assert list(found.parameters) == ["l2"]
    assert Ease(**parameters_for("ease")).l2 == found.parameters["l2"]


def test_a_second_search_goes_on_where_the_first_ended(parts):
    first = tune("ease", parts, minutes=0.005)

    second = tune("ease", parts, minutes=0.005)

    assert second.trials > first.trials
    assert second.value >= first.value
    assert second.default == first.default


def test_rating_predictors_are_tuned_by_their_error(parts):
    found = tune("svd", parts, minutes=0.005)

    assert found.value <= found.default < 3
    assert isinstance(found.parameters["n_epochs"], int)


def test_a_model_that_judges_new_titles_is_tuned_by_how_it_ranks_them(parts):
    found = tune("content", parts, minutes=0.005)

    new = hide_titles(parts.train, parts.validation)
    assert found.default == evaluate_new_titles(Content().fit(new.train), new)["ndcg_10_liked"]
    assert found.value >= found.default


def test_a_model_that_was_not_tuned_keeps_its_defaults():
    assert parameters_for("ease") == {}


def test_parameters_that_a_model_no_longer_has_are_left_out(tmp_path):
    (tmp_path / "tuning").mkdir()
    (tmp_path / "tuning" / "ease.json").write_text(json.dumps({"parameters": {"l2": 3.0, "shrinkage": 1}}))

    assert parameters_for("ease") == {"l2": 3.0}


def test_what_cannot_be_tuned_is_named(parts):
    with pytest.raises(ValueError, match="nearest has no parameters to tune; use one of: popularity"):
        tune("nearest", parts, minutes=1)


@pytest.mark.django_db
def test_the_command_prints_every_trial_and_what_it_kept(ratings, tmp_path):
    out = StringIO()

    call_command("tune", "ease", minutes=0.005, ratings=ratings(clusters()), stdout=out)

    *trials, last = out.getvalue().splitlines()
    assert trials
    assert all("l2" in line for line in trials)
    assert last.startswith(f"{len(trials)} trials. Best: 0.")
    assert "with l2 = " in last
    with pytest.raises(CommandError, match="no validation members"):
        call_command("tune", "ease", minutes=0.005, ratings=ratings(clusters(n_users=1)), stdout=out)
