"""API of comparison, suggestions, recommendations, followers and reports."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.tokens.issuing import issue_token
from social.models import DismissedSuggestion, Report
from social.models.tips import Tip
from social.notifications.channels import channels_of
from social.people.relations import block, follow, mute
from social.tips.recommending import recommend

V1 = "/api/v1"
SCORES = [10, 9, 8, 3, 7, 5, 4, 9, 8, 6]


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def title(make_title):
    return make_title("Monster")


@pytest.fixture
def alike(member, ada, make_title, make_entry):
    """Ten titles that both members score the same, and one more of Ada's."""
    for number, score in enumerate(SCORES):
        made = make_title(f"Title {number}")
        make_entry(member, made, status="completed", score=score)
        make_entry(ada, made, status="completed", score=score)
    make_entry(ada, make_title("Hers"), status="completed", score=10)


def usernames(answer):
    return [row["username"] for row in answer.json()["results"]]


class TestComparing:
    def test_two_lists(self, api, alike):
        found = api.get(f"{V1}/members/ada/compare/").json()
        assert found["affinity"] == pytest.approx(0.5)
        assert [found[name] for name in ("n_scored_by_both", "n_own", "n_theirs", "n_both")] == [10, 10, 11, 10]
        first = found["loved"][0]
        assert (first["title"]["name"], first["own"], first["theirs"]) == ("Title 0", 10, 10)
        assert found["apart"] == []

    def test_too_few_titles_have_no_number(self, api, ada):
        assert api.get(f"{V1}/members/ada/compare/").json()["affinity"] is None

    def test_what_of_theirs_is_new_to_me(self, api, alike):
        (item,) = api.get(f"{V1}/members/ada/compare/watch/").json()["items"]
        assert (item["title"]["name"], item["loved_by"]) == ("Hers", [{"username": "ada", "score": 10}])

    def test_the_row_of_friends_says_who_loves_it(self, api, member, ada, alike):
        follow(member, ada)
        (item,) = api.get(f"{V1}/my/rows/friends/").json()["items"]
        assert (item["title"]["name"], item["loved_by"]) == ("Hers", [{"username": "ada", "score": 10}])


class TestSuggestions:
    def test_who_and_why_until_dismissed(self, api, member, alike):
        (one,) = api.get(f"{V1}/my/suggestions/").json()
        assert (one["member"]["username"], one["n_common"], one["followed_by"], one["n_more"]) == ("ada", 10, [], 0)
        assert api.delete(f"{V1}/my/suggestions/ada/").status_code == 204
        assert api.get(f"{V1}/my/suggestions/").json() == []
        assert api.put(f"{V1}/my/suggestions/ada/").status_code == 204
        assert DismissedSuggestion.objects.count() == 0


class TestRecommending:
    def test_to_whom_and_what_they_get(self, api, member, ada, title):
        follow(ada, member)
        address = f"{V1}/titles/{title.pk}/recommend/"
        assert api.get(address).json() == {"takers": ["ada"], "sent_to": []}
        assert api.post(address, {"to": "ada", "note": "For you."}, format="json").status_code == 204
        assert api.get(address).json() == {"takers": ["ada"], "sent_to": ["ada"]}
        again = api.post(address, {"to": "ada"}, format="json")
        assert (again.status_code, Tip.objects.get().note) == (422, "For you.")

    def test_to_nobody_who_does_not_take_it(self, api, ada, title):
        assert api.post(f"{V1}/titles/{title.pk}/recommend/", {"to": "ada"}, format="json").status_code == 404

    def test_mine_are_read_and_declined(self, api, member, ada, title):
        follow(member, ada)
        tip = recommend(ada, member, title, "For you.")
        (found,) = api.get(f"{V1}/my/recommended/").json()["results"]
        assert (found["title"]["name"], found["author"], found["note"]) == ("Monster", "ada", "For you.")
        changed = api.patch(f"{V1}/my/recommended/{tip.pk}/", {"is_declined": True}, format="json").json()
        assert (changed["is_declined"], Tip.objects.get().is_declined) == (True, True)


class TestPeople:
    def test_followers_blocked_and_muted(self, api, member, make_member):
        follower, blocked, muted = (make_member(name) for name in ("follower", "blocked", "muted"))
        follow(follower, member)
        block(member, blocked)
        mute(member, muted)
        found = [usernames(api.get(f"{V1}/my/{name}/")) for name in ("followers", "blocked", "muted")]
        assert found == [["follower"], ["blocked"], ["muted"]]
        assert api.delete(f"{V1}/my/followers/follower/").status_code == 204
        assert usernames(api.get(f"{V1}/my/followers/")) == []

    def test_choices_of_what_one_is_told(self, api, member):
        choices = f"{V1}/my/notifications/choices/"
        assert [api.get(choices).json()[kind] for kind in ("like", "invitation", "moderation")] == [
            "site", "site", "email",
        ]  # fmt: skip
        changed = api.patch(choices, {"like": "off", "invitation": "email"}, format="json").json()
        assert (changed["like"], changed["invitation"]) == ("off", "email")
        assert [channels_of(member)[kind] for kind in ("like", "invitation")] == [[], ["site", "email", "push"]]
        assert api.patch(choices, {"like": "loud"}, format="json").status_code == 400

    def test_channels_of_what_one_is_told(self, api, member):
        channels = f"{V1}/my/notifications/channels/"
        assert api.get(channels).json() == channels_of(member)
        changed = api.patch(channels, {"like": ["push"], "tip": []}, format="json").json()
        assert (changed["like"], changed["tip"]) == (["site", "push"], [])
        assert api.patch(channels, {"like": ["loud"]}, format="json").status_code == 400

    def test_times_of_what_one_is_told(self, api):
        times = f"{V1}/my/notifications/times/"
        assert api.get(times).json() == {
            "quiet_from": None, "quiet_to": None, "digest_hour": 18, "airing_lead": 0, "airs_planned": False,
        }  # fmt: skip
        changed = api.patch(times, {"quiet_from": "22:00", "airing_lead": 15}, format="json").json()
        assert (changed["quiet_from"], changed["airing_lead"]) == ("22:00:00", 15)
        assert api.patch(times, {"airing_lead": 17}, format="json").status_code == 400

    def test_who_may_recommend_to_me_is_a_setting(self, api, member):
        changed = api.patch(f"{V1}/my/settings/", {"tips_from": "nobody"}, format="json").json()
        member.refresh_from_db()
        assert (changed["tips_from"], member.tips_from) == ("nobody", "nobody")


class TestReports:
    def test_members_notes_and_what_was_recommended(self, api, member, ada, title, make_entry):
        follow(member, ada)
        tip = recommend(ada, member, title, "Buy it.")
        entry = make_entry(ada, title, notes="Buy it.")
        for address in (
            "members/ada/report/", f"members/ada/list/{title.pk}/report/", f"my/recommended/{tip.pk}/report/",
        ):  # fmt: skip
            assert api.post(f"{V1}/{address}", {"reason": "spam"}, format="json").status_code == 204
        assert [report.target for report in Report.objects.order_by("pk")] == [ada, entry, tip]

    def test_a_note_that_is_not_shown_is_not_there(self, api, member, ada, title, make_entry):
        make_entry(ada, title, notes="Mine.", visibility="private")
        answer = api.post(f"{V1}/members/ada/list/{title.pk}/report/", {"reason": "spam"}, format="json")
        assert (answer.status_code, Report.objects.count()) == (404, 0)


def test_a_token_does_what_its_scopes_say(member, ada, title):
    follow(ada, member)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_token(member, 'test', ['read:social'])[1]}")
    assert client.get(f"{V1}/my/suggestions/").status_code == 200
    refused = [
        client.delete(f"{V1}/my/suggestions/ada/"),
        client.post(f"{V1}/titles/{title.pk}/recommend/", {"to": "ada"}, format="json"),
        client.patch(f"{V1}/my/notifications/choices/", {"like": "off"}, format="json"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 3
