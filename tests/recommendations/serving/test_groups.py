import pytest

from accounts.entries import writing as lists
from catalog.models import Title
from recommendations.serving import recommend_for_group
from social.people.relations import block, follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def ben(make_member):
    return make_member("ben")


@pytest.fixture
def both(ada, ben, odd, even, publish_model):
    """Create Ada, who likes odd titles, and Ben, who likes even ones; each scored four."""
    publish_model()
    for member, titles in ((ada, odd), (ben, even)):
        for title in titles[:4]:
            lists.set_score(member, title, 9)
    return ada, ben


def ids(found) -> set[int]:
    return {item.title.pk for item in found.items}


def test_each_has_an_opinion_with_a_reason_from_their_own_list(both, odd, even):
    ada, ben = both

    found = recommend_for_group(ada, [ben], 6)

    assert (found.heard, found.silent, len(found.items)) == ((ada, ben), (), 6)
    for item in found.items:
        first, second = item.opinions
        assert (first.member, second.member) == (ada, ben)
        assert 1 <= first.predicted <= 10
        assert (first.predicted > second.predicted) == (item.title in odd)
        assert first.reason is None or first.reason in odd[:4]
        assert second.reason is None or second.reason in even[:4]
    assert {item.title in odd for item in found.items} == {True, False}


def test_none_has_seen_any_of_it_and_what_one_plans_is_marked(both, odd, even):
    ada, ben = both
    lists.set_status(ben, odd[5], "planned")

    found = recommend_for_group(ada, [ben], 40)

    seen = {title.pk for title in [*odd[:4], *even[:4]]}
    assert ids(found) == {title.pk for title in [*odd, *even]} - seen
    planned = {item.title.pk: [one.member for one in item.opinions if one.is_planned] for item in found.items}
    assert {pk: who for pk, who in planned.items() if who} == {odd[5].pk: [ben]}


def test_a_franchise_that_one_has_begun_is_not_for_the_group(both, odd, even):
    ada, ben = both
    Title.objects.filter(pk__in=[even[0].pk, even[9].pk]).update(franchise_entry=even[0])

    assert even[9].pk not in ids(recommend_for_group(ada, [ben], 40))


def test_nor_one_of_which_somebody_has_seen_a_part_that_the_model_does_not_know(both, even, make_title):
    ada, ben = both
    unknown = make_title("A part that nobody rated yet")
    Title.objects.filter(pk__in=[even[9].pk, unknown.pk]).update(franchise_entry=even[9])
    assert even[9].pk in ids(recommend_for_group(ada, [ben], 40))

    lists.set_score(ben, unknown, 7)

    assert even[9].pk not in ids(recommend_for_group(ada, [ben], 40))


def test_what_the_asker_hid_stays_away_and_what_another_hid_is_theirs_to_know(both, odd):
    ada, ben = both
    lists.hide_title(ada, odd[6])
    lists.hide_title(ben, odd[7])

    found = ids(recommend_for_group(ada, [ben], 40))

    assert odd[6].pk not in found
    assert odd[7].pk in found


def test_only_what_the_asker_may_see_of_a_list_is_read(both, odd):
    ada, ben = both
    lists.set_score(ben, odd[9], 7)
    ben.entries.update(visibility="followers")

    assert recommend_for_group(ada, [ben], 6).silent == (ben,)
    follow(ada, ben)
    found = recommend_for_group(ada, [ben], 40)
    assert found.silent == ()
    assert odd[9].pk not in ids(found)
    block(ben, ada)
    found = recommend_for_group(ada, [ben], 40)
    assert found.silent == (ben,)
    assert odd[9].pk in ids(found)


def test_adult_titles_never_are_for_a_group(both, odd):
    ada, ben = both
    for member in both:
        member.shows_adult = True
        member.save()
    odd[8].is_adult = True
    odd[8].save()

    assert odd[8].pk not in ids(recommend_for_group(ada, [ben], 40))


def test_the_age_limit_of_one_is_that_of_the_evening_and_thins_nothing(both, odd, even):
    ada, ben = both
    Title.objects.filter(pk__in=[title.pk for title in [*odd[10:14], *even[10:14]]]).update(age_rating="g")
    ben.age_limit = "g"
    ben.save()

    assert ids(recommend_for_group(ada, [ben], 40)) == {title.pk for title in [*odd[10:14], *even[10:14]]}


def test_somebody_whose_list_says_too_little_is_silent_but_their_titles_stay_away(both, make_member, odd):
    ada, ben = both
    new = make_member("new")
    lists.set_score(new, odd[9], 8)

    found = recommend_for_group(ada, [ben, new], 40)

    assert (found.heard, found.silent) == ((ada, ben), (new,))
    assert odd[9].pk not in ids(found)


def test_without_a_model_or_a_list_nothing_is_made_up(ada, ben):
    assert recommend_for_group(ada, [ben]).items == ()


@pytest.mark.parametrize("n_others", [0, 8])
def test_too_few_or_too_many_people_are_an_error(both, make_member, n_others):
    ada, _ = both

    with pytest.raises(ValueError, match="2 to 8 people"):
        recommend_for_group(ada, [make_member() for _ in range(n_others)])


def test_the_queries_do_not_grow_with_the_people(both, make_member, odd, django_assert_num_queries):
    ada, ben = both
    others = [make_member() for _ in range(6)]
    for member in others:
        for title in odd[8:12]:
            lists.set_score(member, title, 7)
    recommend_for_group(ada, [ben])

    with django_assert_num_queries(4):
        recommend_for_group(ada, [ben])
    with django_assert_num_queries(4):
        recommend_for_group(ada, [ben, *others])
