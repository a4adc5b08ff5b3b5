from dataclasses import replace

import numpy as np
import pytest

from recommendations.engine.data.interactions import LIKED
from recommendations.engine.member_list import MemberList
from recommendations.engine.models.content import Content
from recommendations.engine.models.rerankers import Hybrid
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase
from recommendations.engine.ranking import MODELS, RankingOptions
from recommendations.engine.recommender import Recommender
from recommendations.engine.registry import RATING_PREDICTORS, SCORERS
from recommendations.engine.starter import pack, unpack
from tests.recommendations.engine.toys import clusters, fitted, plain_rules


@pytest.fixture(scope="module")
def recommender():
    return fitted(clusters())


@pytest.fixture(scope="module")
def described(recommender):
    """Return the same with title features."""
    return replace(recommender, content=Content().fit(clusters()))


@pytest.fixture(scope="module")
def rules():
    franchise = np.arange(40)
    franchise[39] = 37  # the last title belongs to the third last
    entry = np.arange(40)
    entry[39] = 37
    return plain_rules(40, franchise=franchise, entry=entry)


def member(items, scores, on_list=None, hidden=()):
    items = np.array(items)
    on_list = items if on_list is None else np.array(on_list)
    return MemberList(items, np.array(scores, dtype=np.float32), on_list, np.array(hidden, dtype=int), False)


def test_recommends_by_taste_with_everything_that_a_row_holds(recommender, rules):
    ranked = recommender.recommend(member([0, 2, 4, 6], [9, 10, 8, 9]), rules, n=6)

    assert (ranked.ids % 2 == 1).all()  # index 0 is title 1: the odd ones
    assert not set(ranked.ids) & {1, 3, 5, 7}
    assert (np.diff(ranked.scores) <= 0).all()
    assert ((ranked.predicted >= 7) & (ranked.predicted <= 10)).all()
    assert set(ranked.reason_ids.ravel()) <= {0, 1, 3, 5, 7}
    assert (ranked.reason_shares.sum(1) <= 1 + 1e-6).all()
    assert (ranked.reason_shares[:, 0] > 0).all()


def test_a_disliked_title_is_never_a_reason(recommender, rules):
    ranked = recommender.recommend(member([0, 2, 4, 1], [9, 10, LIKED, 2]), rules, n=20)

    assert 2 not in ranked.reason_ids


def test_an_empty_list_has_no_recommendations(recommender, rules):
    assert len(recommender.recommend(member(np.zeros(0, int), []), rules, n=6).ids) == 0


class TestOneModelAlone:
    OWN = ([0, 2, 4, 6], [9, 10, 8, 9])

    @pytest.mark.parametrize("model", ["linear", "content", "svd"])
    def test_ranks_by_taste(self, described, rules, model):
        ranked = described.recommend(member(*self.OWN), rules, 6, RankingOptions(model=model))

        assert (ranked.ids % 2 == 1).all()
        assert (np.diff(ranked.scores) <= 0).all()
        assert ((ranked.predicted >= 7) & (ranked.predicted <= 10)).all()

    def test_ranks_what_is_popular_the_same_for_everybody(self, described, rules):
        odd, even = (
            described.recommend(member(items, [9, 10]), rules, 30, RankingOptions(model="popularity")).ids.tolist()
            for items in ([0, 2], [1, 3])
        )

        assert [pk for pk in odd if pk in even] == [pk for pk in even if pk in odd]

    @pytest.mark.parametrize(
        ("model", "cited"), [("linear", True), ("content", True), ("svd", False), ("popularity", False)]
    )
    def test_gives_reasons_where_its_score_has_parts(self, described, rules, model, cited):
        ranked = described.recommend(member(*self.OWN), rules, 6, RankingOptions(model=model))

        assert bool(ranked.reason_ids.any()) is cited

    def test_says_nothing_where_the_version_does_not_have_it(self, recommender, rules):
        assert not len(recommender.recommend(member(*self.OWN), rules, 6, RankingOptions(model="content")).ids)

    def test_all_of_them_have_names_that_are_known(self):
        assert set(MODELS) <= {*SCORERS, *RATING_PREDICTORS}


class TestAChoice:
    OWN = ([0, 2, 4, 6], [9, 10, 8, 9])

    def test_is_ranked_as_always_and_then_filled_up_with_what_nothing_speaks_for(self, recommender, rules):
        few_liked = np.zeros(40, dtype=bool)
        few_liked[[0, 8, 10, 11, 13]] = True  # on the list; to the member's taste; to the other taste

        ranked = recommender.recommend(member(*self.OWN), rules, n=6, among=few_liked)

        assert set(ranked.ids[:2]) == {9, 11}
        assert set(ranked.ids[2:]) == {12, 14}
        assert (np.diff(ranked.scores) < 0).all()

    @pytest.mark.parametrize(("options", "n"), [(RankingOptions(), 2), (RankingOptions(minimum_audience=500), 1)])
    def test_only_limits_that_were_asked_for_bind(self, recommender, options, n):
        audience = np.full(40, 5000.0)
        audience[8] = 5
        among = np.isin(np.arange(40), [8, 10])

        ranked = recommender.recommend(member(*self.OWN), plain_rules(40, audience=audience), 6, options, among=among)

        assert len(ranked.ids) == n

    def test_is_kept_to_by_what_is_popular(self, recommender, rules):
        among = np.isin(np.arange(40), [3, 5, 7])

        assert set(recommender.most_popular(member([0], [9]), rules, n=9, among=among)) == {4, 6, 8}


def test_what_a_title_leads_to_is_liked_by_the_same_people(recommender):
    found = recommender.led_to_by(0, 8)

    assert len(found) == 8
    assert (found % 2 == 0).all()


def test_what_suits_is_told_by_shares_of_all_titles(recommender):
    suits = recommender.suits(member([0, 2, 4, 6], [9, 10, 8, 9]))

    assert suits.min() == 0
    assert suits.max() < 1
    assert suits[0::2].mean() > suits[1::2].mean() + 0.3


def test_the_influence_of_the_titles_of_a_list_adds_up(recommender):
    influence = recommender.influence(member([0, 2, 1], [9, 10, 2]), np.array([8, 10, 12]))

    assert influence.sum() == pytest.approx(1)
    assert (influence[:2] > influence[2]).all()


def test_popular_titles_follow_the_same_rules(recommender, rules):
    everything = recommender.most_popular(member([0], [9]), rules, n=40)
    without_franchise = recommender.most_popular(member([0], [9], hidden=[39]), rules, n=40)

    assert set(everything) == set(range(2, 40))
    assert set(everything) - set(without_franchise) == {38}


def test_similar_titles_share_the_audience_and_not_the_franchise(recommender, rules):
    ids, scores = recommender.similar(5, rules)

    assert ((ids[0] % 2 == 1) | (ids[0] == 0)).all()
    assert 40 not in ids[37]
    assert 38 not in ids[39]
    assert scores[:, 0] == pytest.approx(1)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_saved_and_loaded_it_recommends_the_same(recommender, rules, tmp_path):
    recommender.save(tmp_path / "1", {"seed": 0})
    loaded = Recommender.load(tmp_path / "1")

    before, after = (r.recommend(member([0, 2, 5], [9, 10, 4]), rules, n=10) for r in (recommender, loaded))

    assert before.ids.tolist() == after.ids.tolist()
    assert np.array_equal(before.predicted, after.predicted)
    assert np.array_equal(before.reason_ids, after.reason_ids)


def test_an_approximate_linear_model_stays_one_when_saved_and_when_fitted_again(rules, tmp_path):
    approximate = fitted(clusters(), linear=SparseRatingAwareEase(neighbours=7))
    approximate.save(tmp_path / "1", {})

    loaded = Recommender.load(tmp_path / "1")

    before, after = (r.recommend(member([0, 2, 5], [9, 10, 4]), rules, n=10) for r in (approximate, loaded))
    assert before.ids.tolist() == after.ids.tolist()
    for kept in (loaded, loaded.refitted(clusters())):
        assert isinstance(kept.linear, SparseRatingAwareEase)
        assert kept.linear.neighbours == 7
    assert isinstance(Hybrid().load(approximate.hybrid.arrays).fitted.linear, SparseRatingAwareEase)


def test_packed_as_a_starter_it_ranks_nearly_the_same_over_the_ids_of_a_site(recommender, rules, tmp_path):
    pack(tmp_path / "weights.npz", recommender, neighbours=39)

    starter = unpack(tmp_path / "weights.npz", {mal_id: 1000 - mal_id for mal_id in range(1, 41)})

    assert starter.items.ids.tolist() == list(range(960, 1000))
    reversed_rules = plain_rules(40)
    own = member([39, 37, 35], [9, 10, 9])  # titles 1, 3 and 5
    here = 1000 - starter.recommend(own, reversed_rules, n=10).ids
    there = recommender.recommend(member([0, 2, 4], [9, 10, 9]), reversed_rules, n=10).ids
    assert len(set(here) & set(there)) >= 9


def test_a_starter_leaves_out_what_the_site_does_not_have(recommender, tmp_path):
    pack(tmp_path / "weights.npz", recommender, neighbours=10)

    starter = unpack(tmp_path / "weights.npz", {3: 30, 9: 90, 2: 20, 999: 1})

    assert starter.items.ids.tolist() == [20, 30, 90]
    assert starter.linear.weights("liked").shape == (3, 3)


def test_a_list_with_many_new_titles_gets_them_more_often():
    is_new = np.arange(40) >= 30  # nobody has watched them when the models are fitted
    before = clusters().where(~is_new[clusters().item_index])
    recommender = replace(fitted(before), content=Content().fit(before))

    def n_new(*items: int) -> int:
        ranked = recommender.recommend(member(items, [9] * len(items)), plain_rules(40), n=10)
        return int(np.isin(ranked.ids - 1, np.flatnonzero(is_new)).sum())

    assert n_new(0, 2, 4, 6) == 0
    assert n_new(0, 2, 30, 32) == 1
