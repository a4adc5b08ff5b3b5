from io import StringIO

import pytest
from django.core.management import call_command

from catalog.models import Title
from recommendations.benchmark.judged import JudgedList, judge, judged_lists, passed, share_found

ENTRY = {
    "name": "Odd titles",
    "likes": ["1 One", "3 Three"],
    "dislikes": ["2 Two"],
    "must": [["5 Five", "7 Seven"], ["9 Nine"]],
    "may": ["11 Eleven"],
    "must_not": ["4 Four"],
}
ALONE: dict[int, int] = {}


def judged(**changes):
    return JudgedList.parse({**ENTRY, **changes})


def shows(*titles):
    return lambda scores, n: titles


def test_a_list_has_liked_and_disliked_titles():
    asked = []

    judge(judged(), lambda scores, n: asked.append((dict(scores), n)) or [], ALONE)

    assert asked == [({1: 9, 3: 9, 2: 2}, 20)]


def test_one_title_of_a_group_is_enough_and_what_is_missed_is_named():
    result = judge(judged(), shows(7, 11, 20), ALONE)

    assert (result.wanted, result.found, result.good) == (2, 1, 2)
    assert result.missed == (frozenset({9}),)
    assert result.unwanted == frozenset()


def test_another_part_of_the_same_series_counts_for_the_title_for_good_and_for_bad():
    result = judge(judged(), shows(90, 40), {9: 1, 90: 1, 4: 2, 40: 2})

    assert result.missed == (frozenset({5, 7}),)
    assert result.unwanted == frozenset({40})


def test_an_adult_title_is_unwanted_in_every_list():
    assert judge(judged(), shows(5, 9, 30), ALONE, adult=frozenset({30})).unwanted == frozenset({30})


@pytest.mark.parametrize(
    ("titles", "is_passed"), [((5, 9), True), ((5, 9, 4), False), ((5,), False)], ids=["all", "unwanted", "missed"]
)
def test_nine_of_ten_must_be_there_and_nothing_unwanted(titles, is_passed):
    results = [judge(judged(), shows(*titles), ALONE)]

    assert passed(results) == is_passed
    assert share_found(results) == (1 if 9 in titles else 0.5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"may": ["1 One"]}, "on the list and judged"), ({"must_not": ["9 Nine"]}, "wanted and unwanted")],
)
def test_a_contradiction_is_named(changes, message):
    with pytest.raises(ValueError, match=f"Odd titles: .* are {message}"):
        judged(**changes)


def test_there_are_forty_lists_each_with_all_judgements():
    lists = judged_lists()

    assert len(lists) == len({one.name for one in lists}) == 40
    assert all(one.must and one.may and one.must_not and one.scores for one in lists)
    assert min(len(one.scores) for one in lists) == 1


@pytest.mark.django_db
def test_the_live_model_is_judged(publish_model, catalogue):
    publish_model()
    Title.objects.filter(pk=catalogue[0].pk).update(is_adult=True)
    out = StringIO()

    call_command("bench_judged", stdout=out)

    lines = out.getvalue().splitlines()
    assert sum(" right of 20" in line for line in lines) == 40
    assert lines[-1].startswith("40 lists: ")
    assert "(bar ≥ 90%)" in lines[-1]
