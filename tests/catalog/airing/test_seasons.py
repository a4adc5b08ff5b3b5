from __future__ import annotations

from datetime import date, time

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from catalog.airing.seasons import Season, continuing_titles, season_ids

pytestmark = pytest.mark.django_db
SPRING = Season.of(2021, "spring")


def groups(response) -> dict[str, list[str]]:
    return {str(group.format.value): [title.name for title in group.titles] for group in response.context["groups"]}


@pytest.fixture
def chart(make_title) -> None:
    make_title("Kumo", season_year=2021, season="spring", members=10, score=9, started_on="2021-04-20")
    make_title("Ame", season_year=2021, season="spring", members=90, score=7, started_on="2021-04-02")
    make_title("Umi", format="movie", season_year=None, started_on="2021-06-30")
    make_title("Yoru", season_year=2021, season="spring", is_adult=True)
    make_title("Some day", season_year=None, started_on="2021")
    make_title("Jingle", season_year=2021, season="spring", format="commercial")
    make_title("Before", season_year=2021, season="winter", started_on="2021-01-09", ended_on="2021-06-26")
    make_title("Long over", season_year=2021, season="winter", started_on="2021-01-09", ended_on="2021-04-03")


def test_seasons_follow_each_other():
    fall = Season.at(date(2020, 12, 31))
    assert (fall.address, fall.next.address, fall.previous.label) == ("2020-fall", "2021-winter", "Summer 2020")
    assert fall.first_day == date(2020, 10, 1)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("popular", ["Ame", "Kumo"]), ("score", ["Kumo", "Ame"]), ("start", ["Ame", "Kumo"]), ("odd", ["Ame", "Kumo"])],
)
def test_a_chart_has_what_begins_in_the_season_by_format(client, chart, sort, expected):
    response = client.get(reverse("catalog:season", args=[2021, "spring"]), {"sort": sort})
    assert groups(response) == {"tv": expected, "movie": ["Umi"]}


def test_adult_titles_need_the_opt_in(client, chart, make_member):
    client.force_login(make_member(shows_adult=True))
    assert "Yoru" in groups(client.get(reverse("catalog:season", args=[2021, "spring"])))["tv"]
    assert len(season_ids(SPRING, None)) == len(season_ids(SPRING, make_member())) == 4


def test_what_goes_on_from_earlier_seasons_is_shown_below(client, chart, make_title):
    response = client.get(reverse("catalog:season", args=[2021, "spring"]))
    assert [title.name for title in response.context["continuing"]] == ["Before"]


def test_what_is_on_air_today_goes_on_this_season_if_it_has_its_hour(make_title):
    kept = {"status": "airing", "started_on": "1999-10-20"}
    make_title("On air", broadcast_day=7, broadcast_time=time(23, 15), **kept)
    make_title("Forgotten", **kept)
    make_title("For adults", is_adult=True, broadcast_day=7, **kept)
    today = date(2021, 5, 5)
    assert [title.name for title in continuing_titles(SPRING, None, today)] == ["On air"]
    assert list(continuing_titles(SPRING.previous, None, today)) == []
    assert list(continuing_titles(SPRING.next, None, today)) == []


def test_another_order_comes_as_a_part_of_the_page(client, chart):
    address = reverse("catalog:season", args=[2021, "spring"])
    part = client.get(f"{address}?sort=score", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="season-titles").content.decode()
    assert ("<html" in part, 'id="season-titles"' in part, 'hx-swap-oob="true"' in part) == (False, True, True)


def test_the_present_season_has_an_address_of_its_own(client):
    assert client.get(reverse("catalog:season_now")).context["season"] == Season.at(timezone.localdate())


@pytest.mark.parametrize("address", ["/season/2021/autumn/", "/season/1500/fall/", "/season/99999/fall/"])
def test_there_are_no_other_seasons(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_a_chart_takes_the_same_queries_for_any_number_of_titles(
    client, member, make_title, n, django_assert_num_queries
):
    for _ in range(n):
        make_title(season_year=2021, season="spring")
        make_title(season_year=2021, season="winter", started_on="2021-01", ended_on="2021-06")
    client.force_login(member)
    client.get(reverse("catalog:season", args=[2021, "spring"]))  # builds the index
    with django_assert_num_queries(6):  # session, member, formats, titles, continuing titles, their list
        client.get(reverse("catalog:season", args=[2021, "spring"]))


def test_a_calendar_of_a_season_is_the_same_for_everybody(client, make_title, make_member):
    now = timezone.now()
    season = Season.at(timezone.localdate())
    for name, adult in (("Kumo", False), ("Yoru", True)):
        make_title(name, season_year=season.year, season=season.name, status="airing", next_airing_at=now,
                   next_episode=12, episodes=12, is_adult=adult)  # fmt: skip
    client.force_login(make_member(shows_adult=True))

    response = client.get(reverse("catalog:season_feed", args=[season.year, season.name]))

    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Kumo, episode 12"]
    assert response["Cache-Control"] == "public, max-age=3600"
