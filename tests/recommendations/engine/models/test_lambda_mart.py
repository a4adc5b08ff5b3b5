from dataclasses import replace

import numpy as np
import pytest

from recommendations.engine.data.interactions import Histories
from recommendations.engine.data.splitting import split
from recommendations.engine.evaluation import evaluate_ranking
from recommendations.engine.models.lambda_mart import LambdaMart, Methods
from recommendations.engine.models.linear import Ease
from tests.recommendations.engine.toys import clusters, toy

SMALL = {"candidates": 15, "folds": 4, "watched_gain": 0.1, "trees": 30, "leaves": 7, "least_in_leaf": 20}


def people():
    """Return members half of whose titles are watched as often as the others, but liked by nobody."""
    rows = clusters(n_users=400)
    is_disliked = rows.items.ids[rows.item_index] % 4 < 2
    return replace(rows, score=np.where(is_disliked, np.minimum(rows.score, 6), rows.score).astype(np.float32))


@pytest.fixture(scope="module")
def parts():
    return split(people())


@pytest.fixture(scope="module")
def fitted(parts):
    return LambdaMart(**SMALL).fit(parts.train)


def test_it_learns_what_is_liked_which_ease_does_not_know(parts, fitted):
    audience = parts.train.item_counts() / len(parts.train.users)
    ease = Ease(l2=100.0, dropout=0.1).fit(parts.train)

    own, peer = (evaluate_ranking(model, parts.validation, audience).ndcg_10_liked for model in (fitted, ease))

    assert own > peer + 0.1
    assert fitted.answered_by == "lambdamart"


def test_what_test_and_validation_members_rate_changes_nothing(fitted):
    rows = people()
    whole = split(rows)
    trains = np.isin(rows.users.ids[rows.user_index], whole.train.users.ids)
    generator = np.random.default_rng(5)
    score = np.where(trains, rows.score, generator.integers(1, 11, len(rows)))

    other = split(replace(rows, score=score.astype(np.float32)))

    assert (other.test.inputs.matrix != whole.test.inputs.matrix).nnz
    assert np.array_equal(
        LambdaMart(**SMALL).fit(other.train).score(whole.test.inputs), fitted.score(whole.test.inputs)
    )


def test_candidates_are_first_by_ease_or_ials_and_never_listed(parts):
    lists = parts.validation.inputs[:5]
    methods = Methods.unfitted().fit(parts.train)

    found = methods.candidates(lists, 6)

    for member in range(5):
        listed = lists.row(member)[0]
        firsts = set()
        for model in (methods.ease, methods.ials):
            scores = model.score(lists[member : member + 1])[0]
            scores[listed] = -np.inf
            firsts |= set(np.argsort(-scores)[:6].tolist())
        assert not np.isin(found.titles[member], listed).any()
        assert set(found.titles[member].tolist()) <= firsts


def test_candidates_come_before_all_others_which_keep_ease_s_order(parts, fitted):
    lists = parts.validation.inputs[:1]
    scores = fitted.score(lists)[0]
    found = Methods.unfitted().load(fitted.arrays).candidates(lists, SMALL["candidates"])

    others = np.setdiff1d(np.arange(40), found.titles[0])

    assert scores[found.titles[0]].min() > scores[others].max()
    assert np.array_equal(others[np.argsort(-scores[others])], others[np.argsort(found.order[0, others])])


def test_short_lists_are_ranked_and_without_anybody_to_learn_from_ease_answers():
    model = LambdaMart(**SMALL).fit(toy())

    scores = model.score(Histories.of_one(np.array([0]), np.array([9]), 8))[0]

    assert model.answered_by == "ease"
    ease = Ease(l2=100.0, dropout=0.1).fit(toy()).score(Histories.of_one(np.array([0]), np.array([9]), 8))[0]
    assert np.argsort(-scores)[:3].tolist() == np.argsort(-np.where(np.arange(8) == 0, -np.inf, ease))[:3].tolist()
