import numpy as np
import pytest

from accounts.models import User
from social.people.relations import block, follow
from social.taste_match.affinity import SHRINKAGE, affinities

pytestmark = pytest.mark.django_db
OWN, THEIRS = [9, 7, 4, 10, 6], [8, 7, 5, 9, 3]


@pytest.fixture
def scored(make_title, make_entry):
    """Return a function that gives a member scores for the same titles each time; None leaves a title off the list."""
    titles = [make_title() for _ in range(6)]

    def score(member, scores, **fields):
        for title, value in zip(titles, scores, strict=False):
            if value is not None:
                make_entry(member, title, status="completed", score=value, **fields)

    return score


@pytest.fixture
def ada(make_member, scored):
    ada = make_member("ada")
    scored(ada, OWN)
    return ada


def of(ada, other):
    return affinities(ada, User.objects.all()).get(other.pk)


def test_it_is_the_correlation_of_common_scores_shrunk_by_how_few_they_are(ada, make_member, scored):
    ben = make_member("ben")
    scored(ben, [*THEIRS, 10])

    found = of(ada, ben)

    assert found.n_common == 5
    assert found.value == pytest.approx(np.corrcoef(OWN, THEIRS)[0, 1] * 5 / (5 + SHRINKAGE))
    assert found.weight == pytest.approx((1 + found.value) / 2)


def test_who_scores_everything_the_same_or_has_nothing_in_common_says_nothing(ada, make_member, scored):
    same, other = make_member("same"), make_member("other")
    scored(same, [8, 8, 8])
    scored(other, [None] * 5 + [9])

    assert of(ada, same).value == 0
    assert of(ada, other) is None


def test_only_what_the_viewer_may_see_counts(ada, make_member, scored):
    private, followers_only, blocked = make_member("private"), make_member("followers"), make_member("blocked")
    scored(private, THEIRS, visibility="private")
    scored(followers_only, THEIRS, visibility="followers")
    scored(blocked, THEIRS)
    block(blocked, ada)

    assert affinities(ada, User.objects.all()) == {}
    follow(ada, followers_only)
    assert of(ada, followers_only).n_common == 5


def test_it_takes_one_query_for_any_number(ada, make_member, scored, django_assert_num_queries):
    for number in range(3):
        scored(make_member(f"other{number}"), THEIRS)

    with django_assert_num_queries(1):
        assert len(affinities(ada, User.objects.all())) == 3
