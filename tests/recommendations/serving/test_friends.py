import pytest

from accounts.entries import writing as lists
from accounts.models import User
from catalog.models import Title
from recommendations import serving
from recommendations.serving.friends import loved_by_followed
from recommendations.serving.readers import Reader
from social.people.relations import block, follow, mute
from social.taste_match.affinity import affinities

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles(make_title):
    return [make_title(f"Title {number}") for number in range(8)]


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def friend(ada, make_member, titles):
    """Create a member Ada follows, with scores by title index: `friend("ben", {5: 9})`."""

    def make(name, scores):
        member = make_member(name)
        for place, score in scores.items():
            lists.set_score(member, titles[place], score)
        follow(ada, member)
        return member

    return make


def row_of(member, n=20):
    """Return [(title's name, [(username, score)])]."""
    found = loved_by_followed(Reader(member), n)
    return [(item.title.name, [(fan.member.username, fan.score) for fan in item.loved_by]) for item in found]


def test_what_more_of_them_love_more_comes_first_with_their_names(ada, friend):
    friend("ben", {0: 8, 1: 10})
    friend("cleo", {0: 8, 2: 9, 3: 7})

    assert row_of(ada) == [
        ("Title 1", [("ben", 10)]),
        ("Title 0", [("ben", 8), ("cleo", 8)]),
        ("Title 2", [("cleo", 9)]),
    ]


def test_those_who_score_alike_count_more(ada, friend, titles):
    for place, score in ((0, 10), (1, 5), (2, 9), (3, 4)):
        lists.set_score(ada, titles[place], score)
    friend("unlike", {0: 4, 1: 9, 2: 5, 3: 10, 5: 9})
    friend("alike", {0: 10, 1: 6, 2: 9, 3: 4, 6: 9})

    known = affinities(ada, User.objects.all())
    assert sorted(one.value > 0 for one in known.values()) == [False, True]
    assert row_of(ada) == [("Title 6", [("alike", 9)]), ("Title 5", [("unlike", 9)])]


def test_nothing_that_is_begun_hidden_adult_or_upcoming(ada, friend, titles):
    friend("ben", dict.fromkeys(range(8), 10))
    lists.set_status(ada, titles[0], "planned")
    lists.hide_title(ada, titles[1])
    Title.objects.filter(pk=titles[2].pk).update(is_adult=True)
    Title.objects.filter(pk=titles[3].pk).update(status="upcoming")
    lists.set_status(ada, titles[4], "completed")
    Title.objects.filter(pk__in=[titles[4].pk, titles[5].pk]).update(franchise_entry=titles[4])
    Title.objects.filter(pk__in=[titles[6].pk, titles[7].pk]).update(franchise_entry=titles[6])

    assert [name for name, _ in row_of(ada)] == ["Title 6"]


def test_only_those_whose_word_counts(ada, friend, make_member, titles):
    friend("private", {0: 9}).entries.update(visibility="private")
    mute(ada, friend("muted", {1: 9}))
    block(friend("blocker", {2: 9}), ada)
    stranger = make_member("stranger")
    lists.set_score(stranger, titles[3], 9)
    friend("followers", {4: 9}).entries.update(visibility="followers")

    assert row_of(ada) == [("Title 4", [("followers", 9)])]


def test_the_row_is_there_for_those_who_follow_somebody(ada, friend):
    assert "friends" not in [row.slug for row in serving.rows_for(ada)]
    friend("ben", {0: 8})
    assert "friends" in [row.slug for row in serving.rows_for(ada)]
    assert [item.title.name for item in serving.fill(serving.find_row(ada, "friends"), ada, 5)] == ["Title 0"]


def test_a_visitor_follows_nobody():
    assert loved_by_followed(Reader(None), 5) == []


def test_the_queries_do_not_grow(ada, friend, titles, django_assert_num_queries):
    friend("ben", {0: 8})
    loved_by_followed(Reader(ada), 5)

    with django_assert_num_queries(4):
        loved_by_followed(Reader(ada), 5)
    for name in ("cleo", "dora"):
        friend(name, dict.fromkeys(range(6), 9))
    loved_by_followed(Reader(ada), 5)
    with django_assert_num_queries(4):
        loved_by_followed(Reader(ada), 5)
