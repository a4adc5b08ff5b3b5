from __future__ import annotations

import pytest
from django.urls import reverse

from social.models import Follow
from social.people.relations import follow
from social.visibility import entries_visible_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_member):
    return make_member("owner")


@pytest.fixture
def guarded_list(owner, make_title, make_entry):
    """A list with one entry per visibility, and a public one of an adult title."""
    for visibility in ("public", "followers", "private"):
        make_entry(owner, make_title(visibility), visibility=visibility, notes=f"a {visibility} note", score=8)
    make_entry(owner, make_title("adult", is_adult=True), notes="an adult note", score=2)


def shown_names(client, owner) -> list[str]:
    response = client.get(owner.get_absolute_url())
    return sorted(entry.title.name for entry in response.context["page"])


class TestWhoSeesWhat:
    def test_a_visitor_sees_public_entries(self, client, owner, guarded_list):
        assert shown_names(client, owner) == ["public"]

    def test_so_does_a_stranger(self, client, owner, member, guarded_list):
        client.force_login(member)
        assert shown_names(client, owner) == ["public"]

    def test_a_follower_sees_those_for_followers_too(self, client, owner, member, guarded_list):
        follow(member, owner)
        client.force_login(member)
        assert shown_names(client, owner) == ["followers", "public"]

    def test_being_followed_gives_no_right_to_see(self, client, owner, member, guarded_list):
        follow(owner, member)
        client.force_login(member)
        assert shown_names(client, owner) == ["public"]

    def test_the_owner_sees_all_but_adult_titles(self, client, owner, guarded_list):
        client.force_login(owner)
        assert shown_names(client, owner) == ["followers", "private", "public"]

    def test_adult_titles_are_for_viewers_who_want_them_whoever_owns_the_list(
        self, client, owner, make_member, guarded_list
    ):
        client.force_login(make_member(shows_adult=True))
        assert shown_names(client, owner) == ["adult", "public"]

    def test_numbers_and_notes_tell_nothing_of_what_is_not_shown(self, client, owner, guarded_list):
        response = client.get(owner.get_absolute_url())
        page = response.context["list"]
        assert (page.counts[0].n, page.n_scored, page.mean_score) == (1, 1, 8)
        content = response.content.decode()
        assert ["a public note" in content, "a followers note" in content, "a private note" in content] == [
            True, False, False,
        ]  # fmt: skip

    def test_finding_by_name_finds_nothing_more(self, client, owner, guarded_list):
        response = client.get(owner.get_absolute_url(), {"q": "private"})
        assert list(response.context["page"]) == []

    def test_the_rule_is_the_same_over_all_lists(self, owner, member, make_member, guarded_list):
        follow(member, owner)
        names = entries_visible_to(member).values_list("title__name", flat=True)
        assert sorted(names) == ["followers", "public"]
        assert sorted(entries_visible_to(None).values_list("title__name", flat=True)) == ["public"]


class TestMemberPage:
    def test_synthetic_members_are_labelled(self, client, make_member):
        person, made = make_member("person"), make_member("made", is_synthetic=True)
        labelled = ["synthetic member" in client.get(m.get_absolute_url()).content.decode() for m in (person, made)]
        assert labelled == [False, True]

    def test_a_closed_account_has_none(self, client, make_member):
        gone = make_member("gone", is_active=False)
        assert client.get(gone.get_absolute_url()).status_code == 404

    def test_is_found_whatever_the_case(self, client, owner):
        assert client.get(reverse("social:member", args=["OWNER"])).context["owner"] == owner

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries_for_any_number_of_rows(
        self, client, owner, member, make_entry, n, django_assert_num_queries
    ):
        for _ in range(n):
            make_entry(owner)
        client.force_login(member)
        with django_assert_num_queries(16):
            client.get(owner.get_absolute_url())


class TestDirectory:
    def test_counts_what_the_viewer_may_see(self, client, owner, member, guarded_list):
        def numbers():
            return {m.username: m.n_entries for m in client.get(reverse("social:members")).context["page"]}

        assert numbers() == {"owner": 1, "member": 0}
        follow(member, owner)
        client.force_login(member)
        assert numbers() == {"owner": 2, "member": 0}

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", ["member", "owner", "made"]),
            ("kind=people", ["member", "owner"]),
            ("kind=synthetic", ["made"]),
            ("kind=following", ["owner"]),
            ("q=OWN", ["owner"]),
            ("kind=nonsense", ["member", "owner", "made"]),
        ],
    )
    def test_filters(self, client, owner, member, make_member, query, shown):
        make_member("made", is_synthetic=True)
        make_member("gone", is_active=False)
        follow(member, owner)
        client.force_login(member)
        page = client.get(f"{reverse('social:members')}?{query}").context["page"]
        assert [m.username for m in page] == shown

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries_for_any_number_of_members(
        self, client, make_member, make_entry, n, django_assert_num_queries
    ):
        for _ in range(n):
            make_entry(make_member())
        with django_assert_num_queries(2):
            client.get(reverse("social:members"))


class TestFollowing:
    def test_follow_and_unfollow(self, client, owner, member):
        client.force_login(member)
        client.post(reverse("social:follow", args=["owner"]))
        client.post(reverse("social:follow", args=["owner"]))
        assert list(Follow.objects.values_list("follower__username", "followed__username")) == [("member", "owner")]
        client.post(reverse("social:unfollow", args=["owner"]))
        assert not Follow.objects.exists()

    def test_nobody_follows_themselves(self, client, member):
        client.force_login(member)
        assert client.post(reverse("social:follow", args=["member"])).status_code == 302
        assert not Follow.objects.exists()

    def test_a_visitor_is_asked_to_log_in(self, client, owner):
        response = client.post(reverse("social:follow", args=["owner"]))
        assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/")

    def test_htmx_gets_the_button_again(self, client, owner, member):
        client.force_login(member)
        content = client.post(reverse("social:follow", args=["owner"]), HTTP_HX_REQUEST="true").content.decode()
        assert ("Unfollow" in content, "1 follower\n" in content, "<html" in content) == (True, True, False)


class TestNotes:
    def test_a_spoiler_in_a_note_is_behind_its_button(self, client, owner, make_title, make_entry):
        make_entry(owner, make_title("Monster"), notes="He is ||his own father||.")
        content = client.get(owner.get_absolute_url()).content.decode()
        assert '<details class="spoiler"><summary>' in content
        assert "||" not in content

    def test_a_long_note_is_cut_without_its_spoilers(self, client, owner, make_title, make_entry):
        make_entry(owner, make_title("Monster"), notes="||He dies|| " + "word " * 50)
        content = client.get(owner.get_absolute_url()).content.decode()
        summary = content.split("<summary>[…]")[1].split("</summary>")[0]
        assert summary.count("word") == 39
        assert "He dies" not in summary
