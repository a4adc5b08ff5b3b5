from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import ExternalId, Studio, Tag


@pytest.fixture
def api(db) -> APIClient:
    return APIClient()


def test_facets_count_what_each_choice_would_find(api, make_title):
    drama = Tag.objects.create(kind="genre", name="Drama", slug="drama")
    for format in ("tv", "tv", "movie"):
        make_title(format=format, season_year=2001).tags.add(drama)
    make_title(format="movie", is_adult=True)

    found = api.get("/api/v1/titles/facets/", {"format": "tv"}).json()

    facets = {facet["parameter"]: facet["options"] for facet in found["facets"]}
    assert found["count"] == 2
    assert {option["value"]: option["n"] for option in facets["format"]} == {"tv": 2, "movie": 1}
    assert facets["tag"] == [{"value": "drama", "label": "Drama", "n": 2}]


def test_a_season_holds_what_begins_in_it(api, make_title):
    make_title("Fall", season="fall", season_year=2020, members=9)
    make_title("Fall, too", season="fall", season_year=2020, members=99)
    make_title("Spring", season="spring", season_year=2020)
    make_title("Adult", season="fall", season_year=2020, is_adult=True)

    found = api.get("/api/v1/seasons/2020/fall/").json()

    assert ([card["name"] for card in found["results"]], found["count"]) == (["Fall, too", "Fall"], 2)
    assert [api.get(f"/api/v1/seasons/{at}/").status_code for at in ("2020/autumn", "1/fall")] == [404, 404]


def test_the_calendar_holds_the_episodes_of_the_days_asked_for(api, member, make_title):
    tomorrow = datetime.combine(timezone.now().date() + timedelta(days=1), time(12), timezone.now().tzinfo)
    title = make_title("Airing", status="airing", next_airing_at=tomorrow, next_episode=3, episodes=12)
    make_title("Adult", status="airing", next_airing_at=tomorrow, is_adult=True)

    shown = api.get("/api/v1/calendar/", {"days": 2}).json()
    later = api.get("/api/v1/calendar/", {"since": str((tomorrow + timedelta(days=1)).date()), "days": 2}).json()
    api.force_authenticate(member)
    mine = api.get("/api/v1/calendar/", {"mine": "yes"}).json()

    assert [(one["title"]["id"], one["episode"]) for one in shown] == [(title.pk, 3)]
    assert (later, mine) == ([], [])


def test_top_lists_can_be_narrowed(api, make_title):
    make_title("Old", season_year=1999, score=9, scored_by=5000)
    make_title("New", season_year=2021, score=8, scored_by=5000)

    lists = api.get("/api/v1/top/", {"decade": 1990}).json()

    assert [title["name"] for title in lists[0]["titles"]] == ["Old"]
    assert [title["name"] for title in api.get(f"/api/v1/titles/?{lists[0]['query']}").json()["results"]] == ["Old"]
    assert api.get("/api/v1/top/", {"decade": "old"}).status_code == 400


def test_a_title_is_found_by_what_others_call_it(api, make_title):
    for name, fields in (("Monster", {}), ("Secret", {"is_adult": True})):
        title = make_title(name, **fields)
        ExternalId.objects.create(title=title, provider="mal", medium="anime", value=name.lower())

    found = api.get("/api/v1/titles/by-id/mal/monster/").json()

    assert found["title"]["name"] == "Monster"
    missing = ("mal/secret", "mal/nothing", "kitsu/monster", "mal/%00")
    assert [api.get(f"/api/v1/titles/by-id/{at}/").status_code for at in missing] == [404] * 4


@pytest.mark.parametrize("parameter", ["tag", "tag_any", "tag_not", "studio"])
def test_what_only_manga_have_is_as_unknown_as_any_other_word(api, make_title, make_member, parameter):
    manga = make_title("Kumo", medium="manga")
    manga.tags.add(Tag.objects.create(kind="tag", name="Paper", slug="paper"))
    manga.studios.add(Studio.objects.create(name="Paper", slug="paper"))
    pages = ("/titles/", "/api/v1/titles/", "/api/v1/titles/facets/")

    for page in pages:
        known, unknown = (api.get(page, {parameter: word}) for word in ("paper", "nosuchword"))
        assert known.status_code == unknown.status_code
        assert "Kumo" not in known.content.decode()
    assert api.get(pages[1], {parameter: "paper"}).status_code == 404

    api.force_login(make_member(extra_media=["manga"]))
    assert [api.get(page, {parameter: "paper"}).status_code for page in pages] == [200, 200, 200]


def test_a_company_that_also_produces_anime_stays_known(api, make_title):
    company = Studio.objects.create(name="Press", slug="press")
    make_title("Kumo", medium="manga").studios.add(company)
    make_title("Ame").producers.add(company)

    found = api.get("/api/v1/titles/", {"studio": "press"})

    assert (found.status_code, found.json()["results"]) == (200, [])
