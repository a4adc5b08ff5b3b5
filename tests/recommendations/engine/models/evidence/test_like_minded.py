import numpy as np
import pytest

from recommendations.engine.data.interactions import Interactions
from recommendations.engine.models.evidence.like_minded import LikeMinded, nobody
from tests.recommendations.engine.toys import clusters, toy

NOTHING = np.zeros(0, dtype=int)


def of(lists):
    """Return interactions of members' lists, {title: score}, with 0 for no score."""
    rows = [(user, title, score) for user, own in enumerate(lists) for title, score in own.items()]
    return Interactions.from_ids(*np.array(rows).T)


ONE, OTHER = {0: 9, 1: 8, 2: 10, 3: 5}, {4: 9, 5: 8, 6: 10, 7: 9}


def test_it_is_what_members_with_the_same_titles_watched_and_liked_that_counts():
    model = LikeMinded(nearest=3).fit(of([ONE, ONE, ONE, OTHER, OTHER, OTHER]))

    company = model.company(np.array([0, 1]), np.array([9.0, 8.0]))

    assert company.watched.tolist() == pytest.approx([1, 1, 1, 1, 0, 0, 0, 0])
    assert company.liked.tolist() == pytest.approx([1, 1, 1, 0, 0, 0, 0, 0])
    assert company.deviation[2] > 0 > company.deviation[3]
    assert company.deviation[4:].tolist() == [0, 0, 0, 0]


def test_of_two_members_with_a_title_in_common_the_one_with_the_rarer_one_is_nearer():
    everybody = [{0: 9, 5: 9}] * 20
    model = LikeMinded(equals=1).fit(of([*everybody, {0: 9, 1: 8, 2: 9}, {3: 9, 1: 8, 4: 9}]))

    company = model.company(np.array([0, 3]), np.array([0.0, 0.0]))

    assert company.watched[4] > company.watched[2]


def test_the_members_own_list_in_the_training_data_votes_no_more_than_others():
    others = [{0: 9, 1: 8, 2: 9, 8 + number: 7} for number in range(30)]
    own = {0: 9, 1: 8, 2: 9, 3: 9, 4: 8, 5: 9, 6: 9}
    earlier = {**own, 7: 10}
    model = LikeMinded(equals=10, nearest=30).fit(of([*others, earlier]))
    list_now = np.array(list(own)), np.array(list(own.values()), dtype=float)

    assert model.company(*list_now).liked[7] < 0.05
    assert LikeMinded(equals=1, nearest=30).fit(of([*others, earlier])).company(*list_now).liked[7] > 0.1


def test_the_very_nearest_are_fewer():
    model = LikeMinded(nearest=4, few=2, equals=1).fit(of([ONE, ONE, {0: 9, 4: 9}, {0: 9, 4: 9}]))

    company = model.company(np.array([0, 1, 2]), np.array([9.0, 8.0, 10.0]))

    assert company.liked_by_few[4] == 0 < company.liked[4]


def test_cosines_are_those_of_the_two_lists():
    train = toy()
    model = LikeMinded().fit(train)
    squares, lists = model.arrays["squares"], train.histories()
    items, scores = lists.row(1)
    own_watched, own_liked = np.isin(np.arange(8), items), np.isin(np.arange(8), items[scores >= 8])

    members, votes = model._voters(items, scores, np.ones(len(items)))

    expected = sum(
        facts.toarray() @ (squares * own) / (np.sqrt(facts.toarray() @ squares) + damping) / np.sqrt(squares @ own)
        for facts, own, damping in ((lists.watched(), own_watched, 5), (lists.liked(), own_liked, 3))
    )
    order = [member for member in np.argsort(-expected, kind="stable") if expected[member] > 0]
    assert members.tolist() == order
    assert votes == pytest.approx(np.full(len(order), min(expected[order]) ** 2), rel=1e-4)


def test_a_title_that_weighs_more_decides_who_is_like_minded():
    model = LikeMinded(nearest=3).fit(of([ONE, ONE, ONE, OTHER, OTHER, OTHER]))
    both = np.array([0, 4]), np.array([9.0, 9.0])

    first, second = (model.company(*both, np.array(weights)) for weights in ([1.9, 0.1], [0.1, 1.9]))

    assert first.watched[1] > first.watched[5]
    assert second.watched[5] > second.watched[1]


@pytest.mark.parametrize("items", [NOTHING, np.array([3])])
def test_without_anybody_in_common_it_is_what_all_members_think(items):
    train = of([{0: 9, 1: 8, 2: 2}, {1: 9, 2: 8, 3: 0}])
    model = LikeMinded().fit(train.where(train.item_index < 3))

    company = model.company(items, np.zeros(len(items)))

    assert company.watched.tolist() == [0.5, 1, 1, 0]
    assert company.liked.tolist() == company.liked_by_few.tolist() == [0.5, 1, 0.5, 0]
    assert company.deviation[1] > 0 > company.deviation[2]


def test_without_members_there_is_no_company():
    model = LikeMinded().load(nobody(5))

    assert not np.any(model.company(np.array([1, 2]), np.array([9.0, 0.0])))


def test_of_many_members_a_part_is_kept_and_always_the_same():
    train = clusters(n_users=200)

    once, again = (LikeMinded(members=50).fit(train).arrays for _ in range(2))

    assert len(once["means"]) == 50
    assert all(np.array_equal(once[name], again[name]) for name in once)
