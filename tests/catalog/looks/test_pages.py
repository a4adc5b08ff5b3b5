"""Titles with similar covers, and filters by the mood of a cover, for those who may see them."""

from __future__ import annotations

import numpy as np
import pytest
from django.http import QueryDict
from django.urls import reverse

from catalog.browse.facets import Facets
from catalog.browse.queries import browse_titles, title_filter
from catalog.looks import vector_index
from catalog.models import CoverLook, Title
from catalog.models.looks import N_LOOK
from catalog.versioning import forget

pytestmark = pytest.mark.django_db

WARM, COLD, DARK, PASTEL = [60.0, 25.0, 0.8, 0.1], [60.0, 25.0, 0.1, 0.8], [20.0, 9.0, 0.1, 0.1], [80.0, 20.0, 0.3, 0.3]
COLOURFUL, GREY = [60.0, 50.0, 0.4, 0.4], [60.0, 3.0, 0.0, 0.0]


@pytest.fixture
def looks(make_title):
    """Return a function that makes a title whose cover is turned by so many degrees from the first one's."""
    assert vector_index.prepare()

    def make(name, degrees=0.0, colours=WARM, **values):
        title = make_title(name, **values)
        Title.objects.filter(pk=title.pk).update(cover_digest=f"{title.pk:032}", cover_width=225)
        vector = np.zeros(N_LOOK)
        vector[:2] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        CoverLook.objects.create(
            title=title, digest=f"{title.pk:032}", features=b"1", colours=colours, vector=vector.tolist()
        )
        forget()
        return title

    return make


def shown(client, title) -> list[str]:
    return [one.name for one in client.get(reverse("catalog:title_looks", args=[title.pk])).context["titles"]]


class TestSimilarCovers:
    def test_the_nearest_are_first_without_the_titles_own_franchise(self, looks, client):
        title = looks("Ember")
        looks("Ember 2", 1, franchise_entry=title)
        far, near = looks("Tide", 80), looks("Lava", 10)
        looks("Lava 2", 20, franchise_entry=near)

        assert shown(client, title) == [near.name, far.name]

    def test_an_adult_title_is_shown_only_to_who_asked_for_it(self, looks, client, make_member):
        title = looks("Ember")
        looks("Adult", 5, is_adult=True)

        assert shown(client, title) == []
        client.force_login(make_member(shows_adult=True))
        assert shown(client, title) == ["Adult"]

    def test_a_title_above_the_age_limit_is_not_shown(self, looks, client, make_member):
        title = looks("Ember", age_rating="pg")
        looks("Violent", 5, age_rating="r_17")
        looks("Mild", 10, age_rating="g")
        client.force_login(make_member(age_limit="pg"))

        assert shown(client, title) == ["Mild"]

    def test_a_title_that_nobody_may_see_has_no_page(self, looks, client):
        title = looks("Adult", is_adult=True)

        assert client.get(reverse("catalog:title_looks", args=[title.pk])).status_code == 404

    def test_where_covers_are_off_there_are_none(self, looks, client, settings):
        title = looks("Ember")
        looks("Lava", 10)
        settings.COVERS = False

        assert shown(client, title) == []

    def test_a_title_whose_cover_is_gone_is_not_shown(self, looks, client):
        title, gone = looks("Ember"), looks("Lava", 10)
        Title.objects.filter(pk=gone.pk).update(cover_digest="")

        assert shown(client, title) == []

    @pytest.mark.parametrize("n", [1, 4])
    def test_it_takes_the_same_queries_for_any_number(self, looks, client, n, django_assert_num_queries):
        title = looks("Ember")
        for place in range(n):
            looks(f"Lava {place}", place)
        address = reverse("catalog:title_looks", args=[title.pk])
        client.get(address)

        with django_assert_num_queries(9):
            client.get(address)


class TestTitlePage:
    def has_section(self, client, title) -> bool:
        page = client.get(title.get_absolute_url()).content.decode()
        return reverse("catalog:title_looks", args=[title.pk]) in page

    def test_the_section_is_loaded_when_it_is_scrolled_to(self, looks, client):
        title = looks("Ember")
        assert self.has_section(client, title)

        fragment = client.get(reverse("catalog:title_looks", args=[title.pk]), headers={"HX-Request": "true"})
        assert "<html" not in fragment.content.decode()

    def test_without_a_vector_there_is_no_section(self, looks, client):
        title = looks("Ember")
        CoverLook.objects.update(vector=None)
        forget()

        assert not self.has_section(client, title)

    def test_where_covers_are_off_there_is_no_section(self, looks, client, settings):
        title = looks("Ember")
        settings.COVERS = False
        forget()

        assert not self.has_section(client, title)


class TestMoods:
    @pytest.fixture(autouse=True)
    def titles(self, looks):
        moods = {"Ember": WARM, "Tide": COLD, "Night": DARK, "Bloom": PASTEL, "Festival": COLOURFUL, "Ink": GREY}
        for place, (name, colours) in enumerate(moods.items()):
            looks(name, members=9 - place, colours=colours)

    def names(self, query: str) -> list[str]:
        return [title.name for title in browse_titles(QueryDict(query), None)]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("mood=warm", ["Ember"]),
            ("mood=cold", ["Tide"]),
            ("mood=dark", ["Night"]),
            ("mood=pastel", ["Bloom"]),
            ("mood=colourful", ["Festival"]),
            ("mood=black_and_white", ["Ink"]),
            ("mood=warm&mood=dark", ["Ember", "Night"]),
        ],
    )
    def test_titles_have_any_of_the_moods(self, query, expected):
        assert self.names(query) == expected

    def test_the_options_count_titles_in_the_order_of_the_form(self):
        options = Facets(title_filter(QueryDict("mood=warm"), None)).moods()

        assert [(one.value, one.n, one.chosen) for one in options] == [
            ("warm", 1, True), ("cold", 1, False), ("dark", 1, False), ("pastel", 1, False), ("colourful", 1, False),
            ("black_and_white", 1, False),
        ]  # fmt: skip

    def test_where_covers_are_off_there_are_no_options(self, settings):
        settings.COVERS = False
        forget()

        assert Facets(title_filter(QueryDict(""), None)).moods() == []
        assert self.names("mood=warm") == []

    def test_the_api_filters_counts_and_refuses_what_it_does_not_know(self, api):
        found = api.get("/api/v1/titles/", {"mood": "cold"}).json()["results"]
        facets = {facet["parameter"]: facet["options"] for facet in api.get("/api/v1/titles/facets/").json()["facets"]}

        assert [title["name"] for title in found] == ["Tide"]
        assert facets["mood"][0] == {"value": "warm", "label": "Warm", "n": 1}
        assert api.get("/api/v1/titles/", {"mood": "angry"}).status_code == 400

    def test_a_chosen_mood_is_a_chip_that_can_be_removed(self, client):
        page = client.get("/titles/?mood=black_and_white")

        assert [(one.label, one.name, one.value) for one in page.context["active"]] == [
            ("Black and white", "mood", "black_and_white")
        ]
