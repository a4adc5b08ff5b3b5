from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from django.urls import reverse

from accounts.models import User
from catalog.index.titles import title_index
from catalog.models import ExternalId, Relation, Studio, Tag
from catalog.posters.drawing import poster_version
from catalog.search.index import index_titles
from catalog.templatetags.titles import facts, minutes, poster_url
from catalog.titles.names import name_for

pytestmark = pytest.mark.django_db


def shown(response) -> list[str]:
    return [title.name for title in response.context["page"]]


class TestBrowse:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", ["Bleach", "Akira"]),
            ("format=movie", ["Akira"]),
            ("year_min=2000", ["Bleach"]),
            ("tag=action", ["Bleach", "Akira"]),
            ("tag=action&tag=space", ["Akira"]),
            ("sort=name", ["Akira", "Bleach"]),
            ("format=movie&year_min=2000", []),
        ],
    )
    def test_the_address_is_the_filter(self, client, make_title, query, expected):
        action, space = (Tag.objects.create(name=n, slug=n.lower(), kind="genre") for n in ("Action", "Space"))
        make_title("Akira", format="movie", season_year=1988, members=5).tags.add(action, space)
        make_title("Bleach", season_year=2004, members=9).tags.add(action)
        assert shown(client.get(f"{reverse('catalog:browse')}?{query}")) == expected

    def test_a_filter_that_makes_no_sense_is_named(self, client, make_title):
        make_title()
        content = client.get(reverse("catalog:browse"), {"score_min": "many"}).content.decode()
        assert "Minimum score: Enter a number." in content

    def test_adult_titles_are_for_those_who_want_them(self, client, member, make_title):
        make_title("For all", members=2)
        make_title("For adults", is_adult=True, members=1)
        client.force_login(member)
        assert shown(client.get(reverse("catalog:browse"))) == ["For all"]
        User.objects.update(shows_adult=True)
        assert shown(client.get(reverse("catalog:browse"))) == ["For all", "For adults"]

    def test_says_what_is_on_the_list_already(self, client, member, make_title, make_entry):
        make_entry(member, make_title("Monster"), status="completed", score=9)
        assert "Completed" not in client.get(reverse("catalog:browse")).content.decode()
        client.force_login(member)
        assert ">Completed · 9</span>" in client.get(reverse("catalog:browse")).content.decode()

    @pytest.mark.parametrize("n", [1, 100])
    def test_takes_the_same_number_of_queries_for_any_number_of_titles(
        self, client, member, make_title, make_entry, n, django_assert_num_queries
    ):
        tag = Tag.objects.create(name="Action", slug="action", kind="genre")
        for _ in range(n):
            title = make_title()
            title.tags.add(tag)
            make_entry(member, title)
        client.force_login(member)
        client.get(reverse("catalog:browse"))  # builds the index, once per catalogue version
        with django_assert_num_queries(6):  # session, member, their list twice, their views, titles
            client.get(reverse("catalog:browse"))

    def test_more_titles_come_in_place_of_the_pager(self, client, make_title):
        for number in range(37):
            make_title(f"Title {number:02}", members=100 - number)
        address = reverse("catalog:browse") + "?page=2"
        response = client.get(address, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="pager")
        assert shown(response) == ["Title 36"]
        assert "<section" not in response.content.decode()

    @pytest.mark.parametrize("page", ["0", "999", "-1", "two"])
    def test_a_page_that_is_not_there_is_the_nearest_one(self, client, make_title, page):
        make_title("Monster")
        assert shown(client.get(reverse("catalog:browse"), {"page": page})) == ["Monster"]


class TestSearch:
    @pytest.fixture(autouse=True)
    def titles(self, make_title):
        titles = [make_title("Pokémon"), make_title("Poker Night", is_adult=True), make_title("Monster")]
        index_titles(titles)

    def test_finds_by_name(self, client):
        assert [t.name for t in client.get(reverse("catalog:search"), {"q": "pokemon"}).context["titles"]] == [
            "Pokémon"
        ]

    def test_suggests_while_typing_what_the_viewer_may_see(self, client):
        response = client.get(
            reverse("catalog:search"), {"q": "pok"}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="suggestions"
        )
        content = response.content.decode()
        assert ([t.name for t in response.context["titles"]], "<html" in content) == (["Pokémon"], False)

    @pytest.mark.parametrize("query", ["", "   ", "zzzzzz", "x" * 121, "'; drop table --", "\x00", "&!|():*"])
    def test_anything_may_be_typed(self, client, query):
        response = client.get(reverse("catalog:search"), {"q": query})
        assert (response.status_code, response.context["titles"]) == (200, [])


class TestTitlePage:
    def test_shows_what_is_known(self, client, make_title):
        title = make_title("Monster", name_english="The Monster", name_native="モンスター", synopsis="A surgeon.",
                           episodes=74, episode_seconds=1440, started_on="2004-04",
                           source_material="manga")  # fmt: skip
        title.studios.add(Studio.objects.create(name="Nordlicht", slug="nordlicht"))
        ExternalId.objects.create(title=title, provider="mal", medium="anime", value="19")
        content = client.get(title.get_absolute_url()).content.decode()
        for text in (
            "<h1>Monster</h1>", "The Monster", "モンスター", "A surgeon.", "74 × 24 min", "Apr 2004", "Manga",
            'href="/studios/nordlicht/">Nordlicht</a>', 'href="https://myanimelist.net/anime/19"',
        ):  # fmt: skip
            assert text in content

    def test_leads_to_relations_that_the_viewer_may_see(self, client, make_title):
        title, sequel, adult = make_title("Monster"), make_title("Monster 2"), make_title("Monster X", is_adult=True)
        Relation.objects.create(from_title=title, to_title=sequel, kind="sequel")
        Relation.objects.create(from_title=title, to_title=adult, kind="side_story")
        response = client.get(title.get_absolute_url())
        assert [item.title for item in response.context["detail"].related] == [sequel]
        assert "Monster X" not in response.content.decode()

    @pytest.mark.parametrize("viewer", ["visitor", "member"])
    def test_an_adult_title_is_not_there_without_the_opt_in(self, client, member, make_title, viewer):
        title = make_title(is_adult=True)
        if viewer == "member":
            client.force_login(member)
        assert client.get(title.get_absolute_url()).status_code == 404
        assert client.get(poster_url(title)).status_code == 404

    def test_an_adult_title_is_there_with_it(self, client, make_member, make_title):
        title = make_title("Late", is_adult=True)
        client.force_login(make_member(shows_adult=True))
        assert "<h1>Late</h1>" in client.get(title.get_absolute_url()).content.decode()
        assert client.get(poster_url(title)).headers["Cache-Control"] == "private, max-age=31536000, immutable"

    @pytest.mark.parametrize("n", [1, 100])
    def test_takes_the_same_number_of_queries_for_any_number_of_relations(
        self, client, member, make_title, n, django_assert_num_queries
    ):
        title = make_title()
        tag = Tag.objects.create(name="Action", slug="action", kind="genre")
        for _ in range(n):
            other = make_title(franchise_entry=title)
            other.tags.add(tag)
            Relation.objects.create(from_title=title, to_title=other, kind="sequel")
            Relation.objects.create(from_title=other, to_title=title, kind="parent_story")
        title.franchise_entry = title
        title.save()
        client.force_login(member)
        title_index().visible_to(member)  # read once per catalogue version
        with django_assert_num_queries(15):
            client.get(title.get_absolute_url())

    def test_names_are_text_wherever_they_come_from(self, client, make_title):
        title = make_title('<script>alert("x")</script>', synopsis="<img src=x onerror=alert(1)>")
        content = client.get(title.get_absolute_url()).content.decode()
        assert ("<script>alert" in content, "<img src=x" in content) == (False, False)


class TestPoster:
    def test_is_a_picture_to_be_kept(self, client, make_title):
        title = make_title("Monster")
        response = client.get(poster_url(title))
        assert fromstring(response.content).get("aria-label") == "Monster"
        headers = ("Content-Type", "Cache-Control", "ETag", "Content-Security-Policy", "X-Content-Type-Options", "Vary")
        assert {name: response.headers.get(name) for name in headers} == {
            "Content-Type": "image/svg+xml",
            "Cache-Control": "public, max-age=31536000, immutable",
            "ETag": f'"{poster_version(title)}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
        }

    def test_is_not_sent_again_when_it_is_known(self, client, make_title):
        title = make_title()
        response = client.get(poster_url(title), HTTP_IF_NONE_MATCH=f'"{poster_version(title)}"')
        assert (response.status_code, response.content) == (304, b"")

    def test_an_old_address_gives_the_present_picture_for_a_while(self, client, make_title):
        response = client.get(reverse("catalog:poster", args=[make_title().pk]) + "?v=old")
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "public, max-age=3600")


class TestHowATitleIsShown:
    @pytest.mark.parametrize(
        ("language", "name"),
        [("romaji", "Shingeki"), ("english", "Attack"), ("native", "進撃"), ("", "Shingeki")],
    )
    def test_in_the_viewers_language(self, make_title, language, name):
        title = make_title("Shingeki", name_english="Attack", name_native="進撃")
        assert name_for(title, User(title_language=language)) == name

    def test_by_its_main_name_where_there_is_no_other(self, make_title):
        assert name_for(make_title("Shingeki"), User(title_language="english")) == "Shingeki"

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({}, "TV · 12 episodes · 2020"),
            ({"format": "movie", "episodes": 1}, "Movie · 2020"),
            ({"format": "", "episodes": None, "season_year": None}, ""),
        ],
    )
    def test_facts_leave_out_what_is_unknown(self, make_title, fields, text):
        assert facts(make_title(**fields)) == text

    @pytest.mark.parametrize(
        ("seconds", "text"), [(None, ""), (30, "1 min"), (1440, "24 min"), (3600, "1 h"), (6720, "1 h 52 min")]
    )
    def test_lengths_are_in_hours_and_minutes(self, seconds, text):
        assert minutes(seconds) == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "labels"),
    [
        ("mal-2020", ["MAL score", "MAL members"]),
        ("anilist", ["AniList score", "AniList members"]),
        ("offline-database", ["Mean score"]),
    ],
)
def test_numbers_name_the_community_that_gave_them(make_title, client, source: str, labels: list[str]) -> None:
    title = make_title(score=8.1, members=90, field_sources={"score": source, "members": source})

    page = client.get(title.get_absolute_url()).content.decode()

    assert [label for label in labels if f"<dt>{label}</dt>" in page] == labels
    assert ("Includes data from anime-offline-database" in page) == (source == "offline-database")
