from __future__ import annotations

import pytest
from django.test import Client

from accounts.entries import writing as lists
from social.people.relations import block, follow
from social.plans import planning as plans
from tests.html import one_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(member):
    return member


@pytest.fixture
def ben(make_member):
    return make_member("ben")


@pytest.fixture
def both(ada, ben, odd, even, publish_model):
    """Create Ada, who likes odd titles and follows Ben, who likes even ones."""
    publish_model()
    for member, titles in ((ada, odd), (ben, even)):
        for title in titles[:4]:
            lists.set_score(member, title, 9)
    follow(ada, ben)
    return ada, ben


@pytest.fixture
def client(client: Client, ada) -> Client:
    client.force_login(ada)
    return client


def page(client: Client, query: str, **headers: str) -> str:
    return one_line(client.get(f"/together/{query}", headers=headers))


class TestThePage:
    def test_it_says_what_suits_all_and_whose_reason_is_whose(self, client, both, odd, even):
        for title in odd[4:14]:
            lists.set_status(both[1], title, "planned")

        shown = page(client, "?with=ben&how=average")

        assert shown.count('class="group-title"') == 20
        assert "because of Title" in shown
        assert shown.count("planned") > 0
        assert 'value="average" checked' in shown
        assert 'name="with" value="ben" checked' in shown

    def test_without_anybody_it_asks_to_choose_among_those_followed(self, client, both, make_member):
        make_member("stranger")
        shown = page(client, "")
        assert ("No one selected yet" in shown, 'value="ben"' in shown, "stranger" in shown) == (True, True, False)

    def test_a_search_narrows_those_to_choose_from_and_keeps_the_chosen(self, client, both, make_member):
        ada, _ = both
        for name in ("cleo", "clara"):
            follow(ada, make_member(name))

        shown = page(client, "?with=ben&q=cle", **{"HX-Request": "true", "HX-Target": "choice"})

        assert [f'value="{name}"' in shown for name in ("ben", "cleo", "clara")] == [True, True, False]
        assert "<html" not in shown
        assert "No one else you follow matches" in page(client, "?q=zzz")

    @pytest.mark.parametrize("name", ["nobody", "blocked", "a\0b"])
    def test_who_is_not_to_be_seen_answers_as_somebody_there_is_not(self, client, both, make_member, name):
        ada, _ = both
        block(make_member("blocked"), ada)

        answer = client.get("/together/", {"with": ["ben", name]})

        content = one_line(answer)
        assert f"No member found: “{name}”. Check the spelling." in content
        assert "group-title" not in content
        assert f'value="{name}"' not in content

    def test_too_many_people_and_no_such_way_are_said(self, client, both, make_member):
        names = [make_member().username for _ in range(8)]
        assert "Select up to 7 other people" in one_line(client.get("/together/", {"with": names}))
        assert "Select up to 7 other people" in one_line(
            client.get("/together/", {"with": [f"x{n}" for n in range(99)]})
        )
        assert "Unknown method." in page(client, "?with=ben&how=best")

    def test_who_is_not_heard_is_named_with_the_reason(self, client, both, make_member, odd):
        make_member("empty")
        private = make_member("private", list_visibility="private")
        thin = make_member("thin")
        for title in odd[:5]:
            lists.set_score(private, title, 8)
        lists.set_score(thin, odd[5], 8)

        shown = page(client, "?with=ben&with=empty&with=private&with=thin")

        assert "empty's list is hidden from you." in shown
        assert "private's list is hidden from you." in shown
        assert "thin shares too few titles with you." in shown

    def test_it_waits_for_what_the_others_do(self, client, both):
        shown = page(client, "?with=ben", **{"HX-Request": "true", "HX-Target": "together"})
        assert 'hx-get="/together/?with=ben"' in shown
        assert "live:feed from:body, live:recommendations from:body" in shown
        assert "<form" in shown
        assert "<html" not in shown

    def test_the_queries_do_not_grow_with_the_people(self, client, both, make_member, odd, django_assert_num_queries):
        for name in ("c", "d"):
            other = make_member(name)
            follow(both[0], other)
            for title in odd[8:12]:
                lists.set_score(other, title, 7)
        for query, n in (("?with=ben", 9), ("?with=ben&with=c&with=d", 9)):
            page(client, query)
            with django_assert_num_queries(n):
                page(client, query)


class TestInsideAPlan:
    def test_what_suits_those_who_take_part_without_what_is_there(self, client, both, odd, even):
        ada, ben = both
        plan = plans.make_plan(ada, "Sunday", titles=[odd[6]], invited=[ben])
        address = f"/plans/{plan.pk}/suggestions/"
        assert "Recommendations appear when someone joins" in one_line(client.get(address))
        plans.accept(plan, ben)

        shown = one_line(client.get(address))

        assert shown.count("Propose") == 20
        assert f'action="/plans/{plan.pk}/titles/{odd[6].pk}/"' not in shown

    def test_who_does_not_take_part_finds_nothing(self, client, both):
        ada, ben = both
        plan = plans.make_plan(ben, "Sunday", invited=[ada])
        assert client.get(f"/plans/{plan.pk}/suggestions/").status_code == 404


class TestTheApi:
    def test_it_says_what_the_page_says(self, api, both):
        found = api.get("/api/v1/together/?with=ben&n=3&how=least_misery").json()

        assert (found["heard"], found["silent"], len(found["items"])) == (["member", "ben"], [], 3)
        assert [one["username"] for one in found["items"][0]["opinions"]] == ["member", "ben"]

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("with=nobody", 404),
            ("with=member", 404),
            ("", 400),
            ("with=ben&how=best", 400),
            ("with=" + "&with=".join("abcdefgh"), 400),
        ],
    )
    def test_what_cannot_be_is_refused(self, api, both, query, status):
        assert api.get(f"/api/v1/together/?{query}").status_code == status
