"""Which of one's planned titles next: by expected score, by the time of an evening, by what is on air."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.franchises.grouping import refresh_franchises
from catalog.models import Relation
from recommendations.planned.queries import planned_titles
from tests.html import one_line

pytestmark = pytest.mark.django_db
PAGE = "/list/next/"


@pytest.fixture
def own(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def plan(member, make_title, make_entry):
    def make(name="", **fields):
        return make_entry(member, make_title(name, **fields), status="planned").title

    return make


def names(member, occasion=""):
    return [one.title.name for one in planned_titles(member) if one.suits(occasion)]


class TestOrder:
    def test_is_by_the_score_to_expect(self, member, odd, even, make_entry, publish_model):
        for title in odd[:4]:
            make_entry(member, title, status="completed", score=9)
        for title in (even[5], odd[5]):  # odd titles are liked by those who like odd ones
            make_entry(member, title, status="planned")
        publish_model()
        found = planned_titles(member)
        assert [one.title for one in found] == [odd[5], even[5]]
        assert found[0].expected > found[1].expected

    def test_without_a_model_is_by_popularity(self, member, plan):
        plan("Little known", members=10)
        plan("Well known", members=1000)
        assert names(member) == ["Well known", "Little known"]

    def test_has_what_needs_an_earlier_part_last(self, member, plan, make_title, make_entry):
        first, other = make_title("First", started_on="2001"), plan("Other", members=1)
        second = plan("Second", started_on="2003", members=5000)
        Relation.objects.create(from_title=first, to_title=second, kind="sequel")
        refresh_franchises()
        found = planned_titles(member)
        assert [(one.title, one.first) for one in found] == [(other, None), (second, first)]
        make_entry(member, first, status="completed")
        assert [one.first for one in planned_titles(member)] == [None, None]

    def test_leaves_out_what_is_out_of_sight_or_seen(self, member, plan, make_title, make_entry):
        plan("Adult", is_adult=True)
        make_entry(member, make_title("Seen"), status="completed")
        assert names(member) == []

    def test_leaves_out_what_does_not_air_soon(self, member, plan):
        plan("Some day", status="upcoming")
        plan("Next week", status="upcoming", next_airing_at=timezone.now() + timedelta(days=6), next_episode=1)
        assert names(member) == ["Next week"]


class TestOccasion:
    def test_an_evening_is_three_hours(self, member, plan):
        plan("Film", format="movie", episodes=1, episode_seconds=2 * 3600)
        plan("Long film", format="movie", episodes=1, episode_seconds=3 * 3600 + 60)
        plan("Series", episodes=12, episode_seconds=24 * 60)
        plan("Unknown length", episodes=None)
        assert names(member, "evening") == ["Film"]

    def test_on_air_is_now_or_within_two_weeks(self, member, plan):
        plan("On air", status="airing")
        plan("Over")
        assert names(member, "airing") == ["On air"]


class TestPage:
    def test_shows_each_title_and_its_occasions(self, own, plan):
        plan("Monster", episode_seconds=24 * 60, episodes=5)
        page = one_line(own.get(PAGE, {"for": "evening"}))
        assert "Monster" in page
        assert "2 h" in page
        assert 'aria-current="page">Fits an evening<span>1</span>' in page

    def test_says_when_the_next_episode_airs(self, own, plan):
        at = timezone.now() + timedelta(days=2)
        plan("Monster", status="airing", next_airing_at=at, next_episode=3)
        assert f"Next episode: {at:%A}, {at.day} {at:%b} {at.year}, {at:%H:%M}" in one_line(own.get(PAGE))

    def test_starts_a_title(self, own, member, plan):
        title = plan("Monster")
        response = own.post(f"/list/{title.pk}/", {"status": "watching", "next": PAGE}, follow=True)
        assert response.redirect_chain == [(PAGE, 302)]
        assert "Start date set to today" in one_line(response)
        assert "You haven’t planned anything yet" in one_line(response)

    def test_ignores_an_unknown_occasion(self, own, plan):
        plan("Monster")
        assert "Monster" in one_line(own.get(PAGE, {"for": "breakfast"}))

    @pytest.mark.parametrize("n", [1, 40])
    def test_takes_the_same_queries_for_any_number(self, own, plan, n, django_assert_num_queries):
        for number in range(n):
            plan(f"Planned {number}")
        own.get(PAGE)
        with django_assert_num_queries(4):
            own.get(PAGE)


def test_the_api_lists_them(api, plan):
    title = plan("Monster", episode_seconds=1440, episodes=10)
    (row,) = api.get("/api/v1/my/planned/").json()
    assert (row["title"]["id"], row["expected"], row["minutes"], row["first"]) == (title.pk, None, 240, None)
    assert api.get("/api/v1/my/planned/", {"occasion": "evening"}).json() == []
    assert api.get("/api/v1/my/planned/", {"occasion": "breakfast"}).status_code == 400
