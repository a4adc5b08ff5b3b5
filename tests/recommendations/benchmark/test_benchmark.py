import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from recommendations.benchmark.contestants import Contestant, contestants
from recommendations.benchmark.measure import measure
from recommendations.benchmark.report import lines
from recommendations.engine.data.splitting import split
from recommendations.engine.registry import RATING_PREDICTORS, SCORERS
from tests.recommendations.engine.toys import clusters


@pytest.fixture(scope="module")
def parts():
    return split(clusters(n_users=400))


@pytest.fixture(scope="module")
def measured(parts):
    known = contestants(lambda name: {})
    return {name: measure(known[name], parts) for name in ("popularity", "ease", "content", "svd-designed")}


def test_every_registered_model_takes_part_with_its_parameters():
    known = contestants(lambda name: {"seed": 3} if name == "svd" else {})

    assert {contestant.model for contestant in known.values()} == {*SCORERS, *RATING_PREDICTORS}
    assert known["svd"].parameters == {"seed": 3}
    assert known["svd-designed"].parameters == {"n_epochs": 20, "regularization": 0.02}


def test_figures_survive_being_written(measured):
    written = json.dumps(measured)

    assert json.dumps(json.loads(written)) == written


def test_who_ranks_has_ranking_figures_and_who_predicts_has_errors(measured):
    assert measured["ease"]["ndcg_10_liked"] > measured["ease"]["short_lists"]["0"] > 0
    assert len(measured["ease"]["by_member"]["ndcg_10_liked"]) == measured["ease"]["members"]
    assert measured["svd-designed"]["rmse"] < 3
    assert "ndcg_10_liked" not in measured["svd-designed"]
    assert list(measured["content"]["new_titles"]) == ["content", "catalogue's audience", "at random"]
    assert min(measured["ease"]["beside_lapack"].values()) > 0


def test_a_stacked_model_without_enough_members_to_learn_from_says_who_answers(parts):
    figures = measure(Contestant("hybrid", "hybrid", {}), parts)

    assert figures["label"] == "hybrid (ours), answered by linear"
    assert figures["ndcg_10_liked"] == pytest.approx(
        measure(Contestant("linear", "linear", {}), parts)["ndcg_10_liked"]
    )


def test_a_model_of_its_own_has_its_own_label(measured):
    assert measured["ease"]["label"] == "EASE, λ = 200"


def test_the_tables_show_each_model_its_interval_and_its_distance_from_ease(measured):
    text = list(lines(measured))

    ranking = text[text.index("\nEvery title ranked for members no model has seen") + 1 :][:4]
    assert [line.partition("  ")[0] for line in ranking[1:]] == ["popularity", "EASE, λ = 200", "content (ours)"]
    ease = measured["ease"]
    assert f"{ease['ndcg_10_liked']:.4f} (" in ranking[2]
    distance = np.nanmean(
        np.array(measured["popularity"]["by_member"]["ndcg_10_liked"]) - np.array(ease["by_member"]["ndcg_10_liked"])
    )
    assert f"{distance:+.4f} (" in ranking[1]
    assert any(line.startswith("\nEASE fit") and "ratio" in line for line in text)
    assert any(line.startswith("Surprise SVD, 20 epochs") for line in text)


@pytest.mark.django_db
class TestCommand:
    def run(self, *arguments, **options):
        out = StringIO()
        call_command("bench_offline", *arguments, stdout=out, **options)
        return out.getvalue()

    def test_tables_figures_and_plots_and_a_second_run_measures_only_what_is_missing(self, ratings, tmp_path):
        file, results, folder = ratings(clusters()), tmp_path / "figures.json", tmp_path / "plots"

        first = self.run(str(file), models="popularity", results=results)
        second = self.run(str(file), models="popularity,knn", results=results, resume=True, out=folder)

        assert "measuring popularity" in first
        assert "measuring popularity" not in second
        assert "measuring item kNN" in second
        assert list(json.loads(results.read_text())["models"]) == ["popularity", "knn"]
        assert {path.name for path in folder.iterdir()} == {"accuracy.svg", "accuracy-coverage.svg", "table.txt"}
        assert (folder / "table.txt").read_text().strip() in second

    def test_figures_of_other_ratings_are_not_mixed_in(self, ratings, tmp_path):
        results = tmp_path / "figures.json"
        results.write_text(json.dumps({"data": "others", "models": {}}))

        with pytest.raises(CommandError, match=r"figures\.json: measured on other ratings"):
            self.run(str(ratings(clusters())), models="popularity", results=results, resume=True)

    def test_unknown_models_are_named(self, ratings):
        with pytest.raises(CommandError, match="unknown models: nearest; known: popularity, knn"):
            self.run(str(ratings(clusters())), models="nearest")
