import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from recommendations.engine.base import NotFittedError
from recommendations.engine.data.folds import FOLDS, folds
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.splitting import split
from recommendations.engine.evaluation import evaluate_ranking, evaluate_ratings
from recommendations.engine.models import networks
from recommendations.engine.models import rerankers as learnt
from recommendations.engine.models.evidence.evidence import Evidence
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.networks import Training, answer, fit_spread, spread
from recommendations.engine.models.rerankers import Hybrid, RatingBlend
from recommendations.engine.models.stacking import PARTS, Lesson, learn_together, lessons
from tests.recommendations.engine.toys import clusters


@pytest.fixture(scope="module")
def parts():
    return split(clusters(n_users=600))


@pytest.fixture(scope="module")
def evidence(parts):
    return Evidence.fit(parts.train, svd=Svd(n_factors=4))


@pytest.fixture(scope="module")
def hybrid(parts, evidence):
    return Hybrid().over(evidence).learn_from([Lesson(evidence, parts.validation, PARTS)])


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
    blend = RatingBlend().over(evidence).learn_from([Lesson(evidence, parts.validation, PARTS)])

    errors = {"blend": [], "svd": []}
    for member in range(len(parts.test.inputs)):
        items, scores = parts.test.inputs.row(member)
        wanted, given = parts.test.targets.row(member)
        errors["blend"].extend(blend.predict_one(items, scores, wanted) - given)
        errors["svd"].extend(RatingBlend().over(evidence).predict_one(items, scores, wanted) - given)

    assert np.square(errors["blend"]).mean() < np.square(errors["svd"]).mean()


def test_of_scores_nobody_has_seen_four_fifths_are_within_the_interval(parts, evidence, monkeypatch):
    monkeypatch.setattr(learnt, "APART", 0.4)  # of few lists
    blend = RatingBlend().over(evidence).learn_from([Lesson(evidence, parts.validation, PARTS)])

    figures = evaluate_ratings(blend.remember(parts.train), parts.ratings)

    assert 0.7 < figures["covered_80"] < 0.9
    assert 1 < figures["width_80"] < 5


def test_intervals_are_wider_where_errors_are_larger_and_around_the_prediction():
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(4000, 3)).astype(np.float32)
    network = {"centre": np.zeros(3, np.float32), "scale": np.ones(3, np.float32)}
    errors = np.abs(generator.normal(size=4000)) * np.where(rows[:, 0] > 0, 2, 0.5)

    network |= fit_spread(network, rows, errors, 0.8)

    within = errors <= spread(network, rows)
    assert within.mean() == pytest.approx(0.8, abs=0.03)
    assert spread(network, rows)[rows[:, 0] > 0].mean() > 1.5 * spread(network, rows)[rows[:, 0] < 0].mean()


def test_without_lists_apart_there_are_no_intervals(parts, evidence):
    blend = RatingBlend().over(evidence).learn_from([Lesson(evidence, parts.validation.members(np.arange(3)), 1)])

    assert np.isnan(blend.interval_rows(evidence.table(evidence.read(*parts.test.inputs.row(0)), np.arange(4)))).all()
    assert "covered_80" not in evaluate_ratings(blend.remember(parts.train), parts.ratings)


def test_without_members_to_learn_from_nothing_is_learnt(parts, evidence):
    for model, stand_in in ((Hybrid(), "linear"), (RatingBlend(), "svd")):
        learned = model.over(evidence).learn_from([])

        assert learned.network is None
        assert learned.answered_by == stand_in


def test_with_a_network_the_answers_are_its_own(hybrid):
    assert hybrid.answered_by == "hybrid"


def test_lists_to_learn_from_are_the_held_out_and_the_training_members(parts, evidence, monkeypatch):
    monkeypatch.setattr(Evidence, "refitted", lambda self, train: Without(train))
    few = replace(parts, judges=np.arange(len(parts.judges)) % 2 == 0)

    own, *crossed = lessons(evidence, few)

    assert (own.evidence, own.partings) == (evidence, PARTS)
    assert (own.held_out.inputs.matrix != few.learning.inputs.matrix).nnz == 0
    assert [lesson.partings for lesson in crossed] == [1] * FOLDS
    assert sum(len(lesson.held_out.inputs) for lesson in crossed) == len(parts.train.users)


def test_no_evidence_that_a_network_learns_by_has_seen_the_list_that_it_reads(parts, evidence, monkeypatch):
    monkeypatch.setattr(Evidence, "refitted", lambda self, train: Without(train))
    few = replace(parts, judges=np.arange(len(parts.judges)) % 2 == 0)

    for lesson in lessons(evidence, few)[1:]:
        assert seen_of(lesson, parts.train) == 0


def test_a_planted_leak_is_seen(parts, evidence):
    leaking = Lesson(Without(parts.train), next(iter(folds(parts.train))).held_out, 1)

    assert seen_of(leaking, parts.train) == leaking.held_out.inputs.matrix.nnz > 0


def test_judges_and_test_members_are_never_learned_from(parts, evidence, monkeypatch):
    monkeypatch.setattr(Evidence, "refitted", lambda self, train: Without(train))
    few = replace(parts, judges=np.arange(len(parts.judges)) % 2 == 0)
    apart = {tuple(row) for held in (few.judging, few.test) for row in whole(held)}

    learned = {tuple(row) for lesson in lessons(evidence, few) for row in whole(lesson.held_out)}

    assert len(apart) > 50
    assert not learned & apart


def test_a_list_is_parted_with_four_fifths_as_inputs_and_cut_to_short_ones(parts, evidence):
    members = parts.validation.members(np.arange(30))
    rows = whole(members)

    once = list(Lesson(evidence, members, 1).parted(0))
    often = list(Lesson(evidence, members, PARTS).parted(0))

    assert (len(once), len(often)) == (30 + 12, 30 * (PARTS + 3))
    assert np.mean([len(own[0]) for own, _, _ in once[:30]]) == pytest.approx(0.8 * (rows > 0).sum(1).mean(), rel=0.1)
    assert [len(own[0]) for own, _, _ in once[30:]] == [1] * 4 + [3] * 4 + [10] * 4
    assert {weight for _, _, weight in once[30:]} == {1 / PARTS}
    assert all(not set(own[0]) & set(targets[0]) for own, targets, _ in once)


def test_of_each_list_all_targets_are_learned_from_and_some_others_stand_for_all():
    is_target = np.zeros(300, dtype=bool)
    is_target[[7, 50, 299]] = True

    sample, counts = learnt._sampled(is_target, 100, np.random.default_rng(0))

    assert {7, 50, 299} <= set(sample)
    assert len(set(sample)) == 100
    assert counts[is_target[sample]].tolist() == [1, 1, 1]
    assert counts.sum() == pytest.approx(300)


def test_a_list_with_few_candidates_is_kept_whole():
    sample, counts = learnt._sampled(np.array([False, True, False]), 100, np.random.default_rng(0))

    assert sorted(sample) == [0, 1, 2]
    assert counts.tolist() == [1, 1, 1]


def test_refitted_it_keeps_the_network_and_the_parameters(parts, hybrid):
    others = next(iter(folds(parts.train))).others

    sibling = hybrid.refitted(others)

    assert sibling.network is hybrid.network
    assert sibling.fitted.svd.parameters == hybrid.fitted.svd.parameters
    assert not np.array_equal(sibling.fitted.linear.arrays["weights"], hybrid.fitted.linear.arrays["weights"])


@dataclass(frozen=True)
class Without:
    """Stands for evidence, and remembers what it was fitted on."""

    fitted_on: Interactions


def whole(held_out):
    return (held_out.inputs.matrix + held_out.targets.matrix).toarray()


def seen_of(lesson, train):
    """Return how many rows of the lesson's lists the evidence was fitted on."""
    lists, fitted = train.histories().matrix, lesson.evidence.fitted_on.histories().matrix
    index = {tuple(row): number for number, row in enumerate(lists.toarray())}
    members = [index[tuple(row)] for row in whole(lesson.held_out)]
    return fitted[members].nnz


@pytest.mark.parametrize("model", [Hybrid, RatingBlend])
def test_unfitted_it_has_nothing_to_answer_by(model):
    with pytest.raises(NotFittedError, match=model.name):
        _ = model().fitted


@pytest.mark.parametrize("refined", [0, 2])
def test_a_network_learns_to_rank_by_the_column_that_counts(refined):
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(400, 20, 3)).astype(np.float32)
    rows[:, 3, 0] = np.nan  # unknown counts as the mean
    gains = (rows[..., 1] == rows[..., 1].max(1, keepdims=True)).astype(np.float32)

    network = Training(epochs=6, refined=refined).rank(rows[:300], gains[:300])

    found = [answer(network, candidates).argmax() for candidates in rows[300:]]
    assert np.mean(found == gains[300:].argmax(1)) > 0.9


def test_a_sample_of_the_candidates_teaches_what_all_do():
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(400, 40, 3)).astype(np.float32)
    gains = (rows[..., 1] == rows[..., 1].max(1, keepdims=True)).astype(np.float32)
    sample = np.argsort(-gains, axis=1, kind="stable")[:, :20]
    counts = np.where(np.take_along_axis(gains, sample, 1) > 0, 1, 39 / 19).astype(np.float32)
    few = np.take_along_axis(rows, sample[..., None], 1), np.take_along_axis(gains, sample, 1)

    network = Training(epochs=10).rank(few[0][:300], few[1][:300], counts[:300])

    found = [answer(network, candidates).argmax() for candidates in rows[300:]]
    assert np.mean(found == gains[300:].argmax(1)) > 0.9


def lambda_losses(gains, counts, outputs):
    targets = np.stack([gains, np.log(np.maximum(counts, networks.NEVER))], -1).astype(np.float32)
    return np.asarray(networks.lambda_loss(targets, np.asarray(outputs, dtype=np.float32)[..., None]))


def test_refining_weighs_each_pair_by_what_its_order_costs_in_ndcg():
    generator = np.random.default_rng(0)
    gains, outputs = generator.choice([0, 0, 0.1, 1], (5, 12)), generator.normal(size=(5, 12))
    gains[:, 0] = 1

    losses = lambda_losses(gains, np.ones((5, 12)), outputs)

    assert losses == pytest.approx([_lambda_loss(*one) for one in zip(gains, outputs, strict=True)], rel=1e-4)


def _lambda_loss(gains, outputs, mu=10):
    """NDCG-Loss2++ of one list, pair by pair, as the paper has it."""
    place = {title: number for number, title in enumerate(np.argsort(-outputs), start=1)}
    discount = {number: math.log2(1 + number) for number in range(1, len(gains) + 2)}
    best = sum(gain / discount[number] for number, gain in enumerate(sorted(gains, reverse=True), start=1))
    total = 0
    for better in range(len(gains)):
        for worse in range(len(gains)):
            if gains[better] > gains[worse]:
                first, second = place[better], place[worse]
                rho = abs(1 / discount[first] - 1 / discount[second])
                apart = abs(first - second)
                delta = abs(1 / discount[apart] - 1 / discount[apart + 1])
                pair = math.log(1 + math.exp(outputs[worse] - outputs[better]))
                total += (gains[better] - gains[worse]) / best * (rho + mu * delta) * pair
    return total


def test_a_candidate_that_stands_for_several_counts_as_them_and_padding_does_not_count():
    gains, outputs = np.array([[1, 0, 0, 0.0]]), np.array([[0.2, 0.5, 0.5, 0.9]])

    whole = lambda_losses(gains, np.ones((1, 4)), outputs)
    sample = lambda_losses(gains[:, [0, 1, 3]], np.array([[1, 2, 1]]), outputs[:, [0, 1, 3]])
    padded = lambda_losses(np.append(gains, [[0]], 1), np.array([[1, 1, 1, 1, 0]]), np.append(outputs, [[3]], 1))

    assert sample == pytest.approx(whole, rel=1e-5)
    assert padded == pytest.approx(whole, rel=1e-5)


def test_the_same_seed_learns_the_same():
    generator = np.random.default_rng(0)
    rows, targets = generator.normal(size=(300, 3)).astype(np.float32), generator.normal(size=300).astype(np.float32)

    once, again, other = (Training(epochs=2, seed=seed).regress(rows, targets) for seed in (1, 1, 2))

    assert all(np.array_equal(once[name], again[name]) for name in once)
    assert not np.array_equal(once["kernel_0"], other["kernel_0"])


def test_below_the_first_places_titles_that_everybody_gets_give_way(evidence, hybrid):
    exposure = np.zeros(40, dtype=np.float32)
    exploring = Hybrid(exploration=100.0).over(evidence, hybrid.network | {learnt.EXPOSURE: exposure})
    scores, titles = np.linspace(1, 0, 20).astype(np.float32), np.arange(20, 40)
    exposure[titles[[0, 8]]] = 500

    explored = exploring._explored(scores, titles, learnt.FEW)

    order = np.argsort(-explored, kind="stable").tolist()
    assert order == [*range(8), *range(9, 20), 8]
    assert explored[: learnt.RELIABLE].tolist() == scores[: learnt.RELIABLE].tolist()


def test_short_lists_get_what_is_surest(evidence, hybrid):
    scores, titles = np.linspace(1, 0, 20).astype(np.float32), np.arange(20)
    exploring = Hybrid().over(evidence, hybrid.network | {learnt.EXPOSURE: np.arange(40)[::-1] < 30})

    assert exploring._explored(scores, titles, learnt.FEW - 1).tolist() == scores.tolist()
    assert exploring._explored(scores, titles, learnt.FEW).tolist() != scores.tolist()


def test_exposure_is_counted_in_the_first_ten_of_the_lists(hybrid):
    exposure = hybrid.network[learnt.EXPOSURE]

    assert exposure.shape == (40,)
    assert exposure.sum() == pytest.approx(1000 * learnt.EXPOSED)
    assert exposure.max() <= 1000


def test_two_networks_that_learn_together_are_those_that_learn_alone(parts, evidence):
    taught = [Lesson(evidence, parts.validation.members(np.arange(60)), 2)]
    together = Hybrid().over(evidence), RatingBlend().over(evidence)

    learn_together(together, taught)

    alone = Hybrid().over(evidence).learn_from(taught), RatingBlend().over(evidence).learn_from(taught)
    for one, other in zip(together, alone, strict=True):
        assert all(np.array_equal(one.network[name], other.network[name]) for name in other.network)


def test_short_lists_but_the_shortest_are_held_to_the_linear_order(parts, evidence, hybrid, monkeypatch):
    monkeypatch.setattr(learnt, "FEW", learnt.ANCHORED + 1)
    held = Hybrid(anchor=1000.0, exploration=0.0).over(evidence, hybrid.network)
    items, scores = parts.test.inputs.row(0)
    allowed = np.ones(40, dtype=bool)
    allowed[items] = False

    def orders(n):
        member = evidence.read(items[:n], scores[:n])
        ranked = held.rank(member, allowed)
        of = [
            np.argsort(-of_all[ranked.candidates], kind="stable").tolist() for of_all in (ranked.scores, member.linear)
        ]
        return of

    by_rank, by_linear = orders(learnt.ANCHORED)
    assert by_rank == by_linear
    for n in (learnt.ANCHORED - 1, learnt.FEW):
        by_rank, by_linear = orders(n)
        assert by_rank != by_linear
