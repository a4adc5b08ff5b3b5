import numpy as np
import pytest

from recommendations.engine.base import NotFittedError
from recommendations.engine.data.splitting import split
from recommendations.engine.evaluation import evaluate_ranking
from recommendations.engine.models import rerankers as learnt
from recommendations.engine.models.evidence import Evidence
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.networks import Training, answer
from recommendations.engine.models.rerankers import Hybrid, RatingBlend
from tests.recommendations.engine.toys import clusters


@pytest.fixture(scope="module")
def parts():
    return split(clusters(n_users=600))


@pytest.fixture(scope="module")
def evidence(parts):
    return Evidence.fit(parts.train, svd=Svd(n_factors=4))


@pytest.fixture(scope="module")
def hybrid(parts, evidence):
    return Hybrid().over(evidence).learn_from(parts.validation)


def report(model, parts):
    return evaluate_ranking(model, parts.test, parts.train.item_counts() / len(parts.train.users))


def test_without_a_network_the_order_is_the_linear_model_s(parts, evidence):
    unlearnt = Hybrid().over(evidence)

    assert unlearnt.score(parts.test.inputs) == pytest.approx(evidence.linear.score(parts.test.inputs), abs=1e-6)


def test_what_is_learnt_ranks_members_nobody_has_seen_no_worse(parts, evidence, hybrid):
    ranked, linear = report(hybrid, parts), report(evidence.linear, parts)

    assert ranked.ndcg_10_liked >= 0.95 * linear.ndcg_10_liked
    assert not np.array_equal(hybrid.score(parts.test.inputs), evidence.linear.score(parts.test.inputs))


def test_candidates_come_before_all_others_and_those_keep_the_linear_order(parts, evidence, hybrid, monkeypatch):
    monkeypatch.setattr(learnt, "FEW", 0)
    few = Hybrid(candidates=5).over(evidence, hybrid.network)
    items, scores = parts.test.inputs.row(0)
    member = evidence.read(items, scores)
    allowed = np.ones(40, dtype=bool)
    allowed[items] = False

    ranked = few.rank(member, allowed).scores

    best = np.flatnonzero(allowed)[np.argsort(-member.linear[allowed])[:5]]
    others = np.setdiff1d(np.arange(40), best)
    assert ranked[best].min() > ranked[others].max()
    assert ranked[others].tolist() == member.linear[others].tolist()


def test_for_a_short_list_the_most_popular_titles_are_candidates_too(evidence, monkeypatch):
    monkeypatch.setattr(learnt, "POPULAR", 2)
    allowed = np.ones(40, dtype=bool)
    allowed[[0, 2]] = False
    popular = [item for item in evidence.facts.by_popularity if allowed[item]][:2]
    few, many = Hybrid(candidates=5).over(evidence), np.arange(3, 3 + learnt.FEW)

    short = few._candidates(evidence.read(np.array([0, 2]), np.array([9.0, 8.0])), allowed)
    long = few._candidates(evidence.read(many, np.full(len(many), 9.0)), allowed)

    assert set(popular) <= set(short)
    assert len(short) == len(long) == 5
    linear = evidence.read(many, np.full(len(many), 9.0)).linear
    assert long.tolist() == [item for item in np.argsort(-linear, kind="stable") if allowed[item]][:5]


def test_predicted_scores_are_nearer_than_svd_s(parts, evidence):
    blend = RatingBlend().over(evidence).learn_from(parts.validation)

    errors = {"blend": [], "svd": []}
    for member in range(len(parts.test.inputs)):
        items, scores = parts.test.inputs.row(member)
        wanted, given = parts.test.targets.row(member)
        errors["blend"].extend(blend.predict_one(items, scores, wanted) - given)
        errors["svd"].extend(RatingBlend().over(evidence).predict_one(items, scores, wanted) - given)

    assert np.square(errors["blend"]).mean() < np.square(errors["svd"]).mean()


def test_without_members_to_learn_from_nothing_is_learnt(parts, evidence):
    nobody = parts.validation.members(np.zeros(len(parts.validation.inputs), dtype=bool))

    assert Hybrid().over(evidence).learn_from(nobody).network is None
    assert RatingBlend().over(evidence).learn_from(nobody).network is None


@pytest.mark.parametrize("model", [Hybrid, RatingBlend])
def test_unfitted_it_cannot_learn(model, parts):
    with pytest.raises(NotFittedError, match=model.name):
        model().learn_from(parts.validation)


def test_a_network_learns_to_rank_by_the_column_that_counts():
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(400, 20, 3)).astype(np.float32)
    rows[:, 3, 0] = np.nan  # unknown counts as the mean
    gains = (rows[..., 1] == rows[..., 1].max(1, keepdims=True)).astype(np.float32)

    network = Training(epochs=6).rank(rows[:300], gains[:300])

    found = [answer(network, candidates).argmax() for candidates in rows[300:]]
    assert np.mean(found == gains[300:].argmax(1)) > 0.9


def test_the_same_seed_learns_the_same():
    generator = np.random.default_rng(0)
    rows, targets = generator.normal(size=(300, 3)).astype(np.float32), generator.normal(size=300).astype(np.float32)

    once, again, other = (Training(epochs=2, seed=seed).regress(rows, targets) for seed in (1, 1, 2))

    assert all(np.array_equal(once[name], again[name]) for name in once)
    assert not np.array_equal(once["kernel_0"], other["kernel_0"])
