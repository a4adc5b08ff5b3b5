from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from social.models import DismissedSuggestion
from social.people.relations import block, follow, mute
from social.taste_match.suggestions import dismiss, suggest

pytestmark = pytest.mark.django_db
SCORES = [10, 9, 8, 7, 6, 5, 4, 9, 8, 3, 2, 10]


@pytest.fixture
def titles(make_title):
    return [make_title() for _ in SCORES]


@pytest.fixture
def rated(titles, make_entry):
    """Return a function that gives a member a score for each title: the usual ones, or their opposite."""

    def rate(member, *, opposite=False):
        for title, score in zip(titles, SCORES, strict=True):
            make_entry(member, title, status="completed", score=12 - score if opposite else score)
        return member

    return rate


@pytest.fixture
def friend(make_member, member):
    """A member whom the member follows."""
    friend = make_member("friend")
    follow(member, friend)
    return friend


def names(member):
    return [one.member.username for one in suggest(member, 10)]


class TestReasons:
    def test_by_taste_with_its_base(self, member, make_member, rated):
        rated(member)
        rated(make_member("alike"))
        rated(make_member("other"), opposite=True)
        (one,) = suggest(member, 10)
        assert (one.member.username, one.affinity.n_common, one.friends) == ("alike", 12, ())
        assert one.affinity.value == pytest.approx(12 / 22)

    def test_too_few_titles_in_common_are_no_reason(self, member, make_member, rated, titles):
        rated(member)
        rated(make_member("alike")).entries.filter(title__in=titles[:3]).delete()
        assert names(member) == []

    def test_by_those_who_are_followed(self, member, friend, make_member):
        known, friends = make_member("known"), [friend, *(make_member(f"friend{n}") for n in range(3))]
        for one in friends:
            follow(member, one)
            follow(one, known)
        (one,) = suggest(member, 10)
        assert (one.member, one.friends, one.n_more, one.affinity) == (known, ("friend", "friend0"), 2, None)

    def test_people_stand_before_synthetic_members(self, member, friend, make_member, rated):
        rated(member)
        rated(make_member("robot", is_synthetic=True))
        follow(friend, make_member("known"))
        assert names(member) == ["known", "robot"]

    def test_who_has_two_reasons_stands_first(self, member, friend, make_member, rated):
        rated(member)
        rated(make_member("alike"))
        follow(friend, rated(make_member("both")))
        follow(friend, make_member("known"))
        assert names(member) == ["both", "alike", "known"]


class TestNever:
    @pytest.fixture
    def known(self, friend, make_member):
        known = make_member("known")
        follow(friend, known)
        return known

    def test_who_is_followed_asked_blocked_muted_suspended_or_oneself(self, member, friend, make_member):
        others = {name: make_member(name) for name in ("followed", "asked", "blocked", "blocking", "muted", "gone")}
        for one in [*others.values(), member]:
            follow(friend, one)
        User.objects.filter(username="asked").update(approves_followers=True)
        User.objects.filter(username="gone").update(is_active=False)
        follow(member, others["followed"])
        follow(member, User.objects.get(username="asked"))
        block(member, others["blocked"])
        block(others["blocking"], member)
        mute(member, others["muted"])
        assert names(member) == []

    def test_by_a_friend_who_shows_their_list_to_nobody_or_is_muted(self, member, friend, known):
        assert names(member) == ["known"]
        mute(member, friend)
        assert names(member) == []
        member.mutes.all().delete()
        User.objects.filter(pk=friend.pk).update(list_visibility="private")
        assert names(member) == []

    def test_by_a_list_that_not_everybody_may_see(self, member, make_member, rated):
        rated(member)
        rated(make_member("closed", list_visibility="followers"))
        rated(make_member("private")).entries.update(visibility="private")
        assert names(member) == []

    def test_who_was_dismissed_until_that_is_taken_back(self, member, known):
        dismiss(member, known)
        dismiss(member, known)
        assert names(member) == []
        dismiss(member, known, is_dismissed=False)
        assert names(member) == ["known"]


class TestPages:
    def test_each_has_its_reason_and_what_to_do(self, client, member, friend, make_member, rated):
        rated(member)
        follow(friend, rated(make_member("both")))
        client.force_login(member)
        content = client.get(reverse("social:suggestions")).content.decode()
        assert "12 titles in common · 55% taste match" in content
        assert "followed by friend" in content
        assert [path in content for path in ("/members/both/follow/", "/members/both/dismiss/")] == [True, True]

    def test_a_strip_of_a_few_and_nothing_where_there_are_none(self, client, member, friend, make_member):
        client.force_login(member)
        ask = {"path": reverse("social:suggestions"), "headers": {"hx-request": "true", "hx-target": "whom-to-follow"}}
        assert client.get(**ask).content.decode().strip() == ""
        for n in range(5):
            follow(friend, make_member(f"known{n}"))
        assert client.get(**ask).content.decode().count("<li") == 4

    def test_dismissing_is_kept(self, client, member, friend, make_member):
        follow(friend, make_member("known"))
        client.force_login(member)
        answer = client.post(reverse("social:dismiss", args=["known"]), follow=True)
        assert "known won’t be suggested again." in answer.content.decode()
        assert names(member) == []
        client.post(reverse("social:dismiss", args=["known"]), {"undo": ""})
        assert DismissedSuggestion.objects.count() == 0

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_queries_are_as_many_for_many(
        self, client, member, friend, make_member, rated, n, django_assert_num_queries
    ):
        rated(member)
        for _ in range(n):
            follow(friend, rated(make_member()))
        client.force_login(member)
        client.get("/titles/")
        with django_assert_num_queries(9):
            client.get(reverse("social:suggestions"))
