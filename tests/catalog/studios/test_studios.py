from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import Studio
from catalog.studios.queries import studio_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def kumo() -> Studio:
    return Studio.objects.create(name="Studio Kumo", slug="studio-kumo")


def page(client, studio: Studio, **query):
    return client.get(reverse("catalog:studio", args=[studio.slug]), query)


def test_shows_titles_newest_first_with_mean_score_years_and_partners(client, make_title, kumo):
    ame = Studio.objects.create(name="Ame Television", slug="ame")
    old = make_title("Old", season_year=1999, score=6.0, members=9_000)
    new, produced = make_title("New", season_year=2020, score=8.0), make_title("Produced", season_year=2005, score=None)
    for title in (old, new):
        title.studios.add(kumo)
        title.producers.add(ame)
    produced.producers.add(kumo)

    response = page(client, kumo)

    found = response.context["found"]
    assert [title.name for title in response.context["titles"]] == ["New", "Produced", "Old"]
    assert (found.n_animated, found.mean, found.years) == (2, 7.0, (1999, 2020))
    assert [(one.studio.name, one.n) for one in found.partners] == [("Ame Television", 2)]
    assert found.best_known[0] == old.pk


def test_a_studio_of_adult_titles_alone_is_not_there_without_the_opt_in(client, make_title, make_member, kumo):
    make_title("Late", is_adult=True).studios.add(kumo)
    assert page(client, kumo).status_code == 404
    client.force_login(make_member(shows_adult=True))
    assert [title.name for title in page(client, kumo).context["titles"]] == ["Late"]


def test_an_age_limit_hides_titles_and_their_partners(make_title, make_member, kumo):
    ame = Studio.objects.create(name="Ame", slug="ame")
    grown = make_title("Grown", age_rating="r_17")
    grown.studios.add(kumo, ame)
    make_title("Young", age_rating="g").studios.add(kumo)
    found = studio_page(kumo.slug, make_member(age_limit="pg"))
    assert (len(found.ids), found.partners) == (1, [])


@pytest.mark.parametrize("slug", ["none", "x" * 300, "ÿ", "%00"])
def test_an_unknown_studio_is_not_found(client, slug):
    assert client.get(f"/studios/{slug}/").status_code == 404


@pytest.mark.parametrize("n", [1, 40])
def test_takes_the_same_queries_for_any_number(client, make_title, kumo, n, django_assert_num_queries):
    for _ in range(n):
        make_title().studios.add(kumo)
    page(client, kumo)  # builds the index
    # the studio and its titles, for the page and for its head; the best known ones of many
    with django_assert_num_queries(5 if n == 40 else 4):
        page(client, kumo, page="1")


def test_more_titles_come_in_place_of_the_pager(client, make_title, kumo):
    for number in range(40):
        make_title(f"Title {number:02}", season_year=2020, members=100 - number).studios.add(kumo)
    response = client.get(
        reverse("catalog:studio", args=[kumo.slug]) + "?page=2", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="pager"
    )
    assert [title.name for title in response.context["titles"]] == [f"Title {number}" for number in range(36, 40)]
    assert "<html" not in response.content.decode()
