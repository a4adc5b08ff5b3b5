"""Filters by streaming service: of one, of several, and of those that a member has."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import reverse

from catalog.browse.facets import Facets
from catalog.browse.queries import browse_titles, title_filter
from catalog.models import Stream

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def titles(make_title):
    for name, members, services in (
        ("Kumo", 9, ["netflix", "hulu"]), ("Ame", 8, ["hulu"]), ("Yuki", 7, []), ("Hare", 6, ["viki"]),
    ):  # fmt: skip
        title = make_title(name, members=members, season="fall", season_year=2020)
        for service in services:
            Stream.objects.create(title=title, service=service)
    Stream.objects.create(title=title, service="viki", language="German")


def names(query: str, viewer=None) -> list[str]:
    return [title.name for title in browse_titles(QueryDict(query), viewer)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("service=netflix", ["Kumo"]),
        ("service=netflix&service=viki", ["Kumo", "Hare"]),
        ("service=crunchyroll", []),
        ("service=mine", ["Kumo", "Ame"]),
        ("service=mine&service=viki", ["Kumo", "Ame", "Hare"]),
    ],
)
def test_titles_are_on_any_of_the_services(make_member, query, expected):
    assert names(query, make_member(streaming_services=["hulu", "apple-tv"])) == expected


def test_a_visitor_has_no_services_of_their_own(make_member):
    assert (names("service=mine"), names("service=mine", make_member())) == ([], [])


def test_an_unknown_service_is_an_error_and_filters_nothing():
    bound = title_filter(QueryDict("service=pirates"), None)
    assert (list(bound.errors), len(bound.qs)) == (["service"], 4)


def test_the_options_count_titles_once_and_offer_ones_own_first(make_member):
    def options(viewer) -> list[tuple[str, int]]:
        return [(one.value, one.n) for one in Facets(title_filter(QueryDict("service=viki"), viewer)).services()]

    assert options(None) == [("hulu", 2), ("netflix", 1), ("viki", 1)]
    assert options(make_member(streaming_services=["netflix", "viki"]))[0] == ("mine", 2)


def test_the_api_filters_and_refuses_what_it_does_not_know(api):
    found = api.get("/api/v1/titles/", {"service": "hulu"}).json()["results"]
    assert [title["name"] for title in found] == ["Kumo", "Ame"]
    assert api.get("/api/v1/titles/", {"service": "pirates"}).status_code == 400


class TestSeason:
    def shown(self, client, query: str = "") -> list[str]:
        response = client.get(reverse("catalog:season", args=[2020, "fall"]) + query)
        return [title.name for group in response.context["groups"] for title in group.titles]

    def test_shows_one_service_or_all_if_it_is_unknown(self, client):
        assert self.shown(client, "?service=hulu") == ["Kumo", "Ame"]
        assert self.shown(client, "?service=pirates") == ["Kumo", "Ame", "Yuki", "Hare"]

    def test_shows_the_services_that_a_member_has(self, client, make_member):
        client.force_login(make_member(streaming_services=["viki"]))
        assert self.shown(client, "?service=mine") == ["Hare"]
