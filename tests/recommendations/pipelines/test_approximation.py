"""The linear model of very large catalogues is approximated only if it ranks nearly as well as the exact one."""

from dataclasses import replace

import numpy as np
import pytest

from recommendations.engine.data.splitting import split
from recommendations.engine.models.linear import RatingAwareEase, sharing
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase
from recommendations.pipelines import approximation
from recommendations.pipelines.approximation import NoLinearModelError, choose, most_watched
from tests.recommendations.engine.toys import clusters

EXACT = RatingAwareEase()
GOOD = SparseRatingAwareEase(watched_weight=EXACT.watched_weight)  # has room for all neighbours of 40 titles
BAD = SparseRatingAwareEase(neighbours=1, remembered=1)


@pytest.fixture(scope="module")
def parts():
    return split(clusters(n_users=1500))


@pytest.fixture(autouse=True)
def large_catalogue(monkeypatch):
    """Let 40 titles be more than the exact model is for, 30 of which are compared."""
    monkeypatch.setattr(approximation, "MOST_EXACT", 39)
    monkeypatch.setattr(approximation, "COMPARED", 30)
    monkeypatch.setattr(approximation, "MOST_LOSS", 0.02)  # there are 40 members to compare on, not a thousand


@pytest.fixture
def no_room(monkeypatch):
    monkeypatch.setattr(approximation, "ROOM", 1e12)


def test_up_to_some_titles_the_model_is_exact_and_nothing_is_compared(parts, monkeypatch):
    monkeypatch.setattr(approximation, "MOST_EXACT", 40)

    choice = choose(parts, EXACT, BAD)

    assert choice.model is EXACT
    assert choice.figures == {}


def test_titles_without_ratings_do_not_count(parts, monkeypatch):
    rows = parts.train.where(parts.train.item_index > 0)

    assert choose(replace(parts, train=rows), EXACT, BAD).figures == {}


def test_above_that_an_approximation_that_ranks_as_well_is_chosen_with_its_figures(parts):
    choice = choose(parts, EXACT, GOOD)

    assert isinstance(choice.model, SparseRatingAwareEase)
    assert choice.model.parameters == GOOD.parameters
    figures = choice.figures
    assert (figures["titles"], figures["compared"], figures["is_approximate"]) == (40, 30, True)
    assert figures["difference"] == pytest.approx(figures["approximate"] - figures["exact"])
    assert -0.02 <= figures["low"] <= figures["difference"] <= figures["high"]


def test_a_bad_approximation_is_refused_for_the_exact_model(parts):
    choice = choose(parts, EXACT, BAD)

    assert type(choice.model) is RatingAwareEase
    assert choice.figures["is_approximate"] is False
    assert choice.figures["difference"] < -0.02


def test_without_memory_for_the_exact_model_a_bad_approximation_is_an_error_that_says_what_to_do(parts, no_room):
    with pytest.raises(NoLinearModelError) as error:
        choose(parts, EXACT, BAD)

    text = str(error.value)
    assert text.startswith(
        "the linear model of 40 titles can’t be approximated: on the 30 most watched ones NDCG@10 is "
    )
    assert "GB are free: train on a larger machine, or a cluster (DASK_SCHEDULER)" in text


def test_a_cluster_has_room_for_the_exact_model(parts, no_room):
    token = sharing.set(lambda rows: [rows.histories])
    try:
        assert type(choose(parts, EXACT, BAD).model) is RatingAwareEase
    finally:
        sharing.reset(token)


def test_too_few_members_to_tell_are_no_reason_to_approximate(parts):
    one = replace(parts, validation=parts.validation.members(np.arange(1)), judges=np.ones(1, dtype=bool))

    assert type(choose(one, EXACT, GOOD).model) is RatingAwareEase


def test_what_is_compared_are_the_titles_that_most_members_watched(parts):
    part = most_watched(parts, 30)

    counts = parts.train.item_counts()
    assert part.train.item_counts().sum() == np.sort(counts)[-30:].sum()
    assert part.train.items.ids.tolist() == sorted(part.train.items.ids.tolist())
    assert part.validation.inputs.shape == (len(parts.validation.inputs), 30)
    kept = np.isin(parts.train.items.ids, part.train.items.ids)
    assert (part.validation.targets.matrix != parts.validation.targets.matrix[:, kept]).nnz == 0
