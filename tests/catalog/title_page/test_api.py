import pytest
from rest_framework.test import APIClient

from catalog.importing.imports import import_rows
from catalog.importing.parsers.base import SourceCredit, SourceLink, SourceStream, SourceTheme, SourceTitle
from catalog.models import ExternalId, Person, Relation, Studio, Tag, Title, TitleName
from catalog.titles.serializers import TitleCardSerializer, title_card

TITLES = "/api/v1/titles/"


@pytest.fixture
def api(db) -> APIClient:
    return APIClient()


@pytest.fixture
def drama(db) -> Tag:
    return Tag.objects.create(kind="genre", name="Drama", slug="drama")


def names(response) -> list[str]:
    return [card["name"] for card in response.json()["results"]]


def test_a_card_has_exactly_the_fields_that_the_schema_declares(make_title):
    assert list(title_card(make_title())) == list(TitleCardSerializer().fields)


def test_titles_are_listed_with_the_most_popular_first(api, make_title, drama):
    make_title(name="Small", members=10)
    title = make_title(name="Large", members=99, name_english="Big", score=8.5, started_on="1999-04")
    title.tags.add(drama)

    response = api.get(TITLES)

    assert names(response) == ["Large", "Small"]
    assert response.json()["results"][0] == {
        "id": title.pk,
        "name": "Large",
        "name_english": "Big",
        "name_native": "",
        "medium": "anime",
        "format": "tv",
        "status": "finished",
        "episodes": 12,
        "chapters": None,
        "volumes": None,
        "year": 2020,
        "score": 8.5,
        "is_adult": False,
        "cover_url": "",
        "tags": ["Drama"],
        "url": f"/titles/{title.pk}/",
    }


def test_filters_are_those_of_the_browse_page(api, make_title, drama):
    make_title(name="Film", format="movie", season_year=2001).tags.add(drama)
    make_title(name="Other film", format="movie", season_year=2015)
    make_title(name="Series", format="tv", season_year=2001).tags.add(drama)

    assert names(api.get(TITLES, {"tag": "drama", "format": "movie"})) == ["Film"]
    assert names(api.get(TITLES, {"year_min": 2010})) == ["Other film"]
    assert names(api.get(TITLES, {"sort": "name"})) == ["Film", "Other film", "Series"]


def test_a_wrong_filter_is_named(api, make_title):
    make_title()

    response = api.get(TITLES, {"format": "opera", "year_min": "soon"})

    assert response.status_code == 400
    assert response.json()["errors"] == {
        "format": ["Select a valid choice. opera is not one of the available choices."],
        "year_min": ["Enter a number."],
    }


def test_pages_follow_each_other_by_cursor(api, make_title):
    for members in (30, 20, 10):
        make_title(name=str(members), members=members)

    first = api.get(TITLES, {"limit": 2})
    make_title(name="New", members=99)
    second = api.get(first.json()["next"])

    assert (names(first), names(second)) == (["30", "20"], ["10"])
    assert (first.json()["count"], second.json()["next"]) == (3, None)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "many"}, {"cursor": ""}, {"limit": ""}])
def test_a_page_that_cannot_be_is_refused(api, make_title, query):
    assert list(api.get(TITLES, query).json()["errors"]) == list(query)


def test_a_cursor_belongs_to_one_list(api, make_title):
    for _ in range(2):
        make_title(season="fall")
    following = api.get("/api/v1/titles/?limit=1").json()["next"].partition("cursor=")[2].partition("&")[0]

    assert api.get(f"{TITLES}?cursor={following}").status_code == 200
    assert [
        api.get(f"{TITLES}?cursor=made-up").status_code,
        api.get(f"/api/v1/members/?cursor={following}").status_code,
    ] == [
        404,
        404,
    ]


def test_a_tag_that_there_is_not_is_not_found(api, make_title):
    assert (api.get(TITLES, {"tag": "opera"}).status_code, api.get(TITLES, {"tag": ""}).status_code) == (404, 400)


@pytest.mark.parametrize("n", [1, 3])
def test_a_list_takes_the_same_queries_for_any_length(api, make_title, n, drama, django_assert_num_queries):
    for _ in range(n):
        make_title().tags.add(drama)

    api.get(TITLES)  # builds the index, once per catalogue version
    with django_assert_num_queries(1):
        response = api.get(TITLES)

    assert len(response.json()["results"]) == n


def test_adult_titles_are_for_those_who_asked(api, make_title, make_member):
    title = make_title(name="Adult", is_adult=True)
    make_title(name="Common")

    as_visitor = names(api.get(TITLES)), api.get(f"{TITLES}{title.pk}/").status_code
    api.force_authenticate(make_member(shows_adult=True))
    as_member = sorted(names(api.get(TITLES))), api.get(f"{TITLES}{title.pk}/").status_code

    assert as_visitor == (["Common"], 404)
    assert as_member == (["Adult", "Common"], 200)


def test_a_title_comes_with_all_that_is_known(api, make_title, drama):
    sequel = make_title(name="Sequel", is_adult=False)
    secret = make_title(name="Adult sequel", is_adult=True)
    title = make_title(name="First", started_on="2004-04", synopsis="It begins.", age_rating="pg_13")
    title.tags.add(drama)
    title.studios.add(Studio.objects.create(name="Example", slug="example"))
    TitleName.objects.create(title=title, kind="synonym", text="Der Erste", key="der erste")
    ExternalId.objects.create(title=title, provider="mal", medium="anime", value="1")
    for other in (sequel, secret):
        Relation.objects.create(from_title=title, to_title=other, kind="sequel")

    found = api.get(f"{TITLES}{title.pk}/").json()

    assert found["tags"] == [{"kind": "genre", "name": "Drama", "slug": "drama"}]
    assert found["related"] == [
        {
            "relation": "Sequel",
            "title": {"id": sequel.pk, "name": "Sequel", "format": "tv", "url": f"/titles/{sequel.pk}/"},
        }
    ]
    assert found["title"]["names"] == [{"kind": "synonym", "text": "Der Erste"}]
    assert found["title"]["external_ids"] == [{"provider": "mal", "value": "1"}]
    assert found["title"]["studios"] == ["Example"]
    assert (found["title"]["started_on"], found["title"]["ended_on"]) == ("2004-04", None)


@pytest.mark.parametrize("n", [1, 3])
def test_a_title_takes_the_same_queries_for_any_number_of_relations(api, make_title, n, django_assert_num_queries):
    title = make_title()
    for _ in range(n):
        Relation.objects.create(from_title=title, to_title=make_title(), kind="sequel")

    # title, names, studios, producers, streams, tags, ids, relations, related titles, records, people
    with django_assert_num_queries(11):
        found = api.get(f"{TITLES}{title.pk}/").json()

    assert len(found["related"]) == n


@pytest.fixture
def title_with_everything(db) -> Title:
    import_rows(
        [
            SourceTitle(
                source="jikan", row=1, external_ids={"mal": "1"}, name="Mokomoko", producers=("Ame Television",),
                credits=(
                    SourceCredit("staff", "Haru Kaze", "Director"),
                    SourceCredit("cast", "Aki Sora", "main", "Moko", "Japanese"),
                    SourceCredit("cast", "", "supporting", "Rain"),
                ),
                streams=(SourceStream("netflix", "German", "https://www.netflix.com/title/1"), SourceStream("hulu")),
                links=(SourceLink("official", "Official Site", "https://moko.example/"),), trailer="abcdEFGH-_1",
                themes=(SourceTheme("opening", 1, "Kumo", "Ame", "1-6"),), ranks={"score": 12, "members": 7},
                status_counts={"watching": 5, "dropped": 3},
            )
        ],
        "test",
    )  # fmt: skip
    return Title.objects.get()


def test_a_title_comes_with_who_made_it_and_where_it_is_shown(api, title_with_everything) -> None:
    people = {person.name: person.pk for person in Person.objects.all()}

    found = api.get(f"{TITLES}{title_with_everything.pk}/").json()

    assert found["title"]["producers"] == ["Ame Television"]
    assert found["streams"] == [
        {"service": "hulu", "language": "", "url": ""},
        {"service": "netflix", "language": "German", "url": "https://www.netflix.com/title/1"},
    ]
    assert [tuple(one.values()) for one in found["credits"]] == [
        ("staff", {"id": people["Haru Kaze"], "name": "Haru Kaze"}, "Director", "", ""),
        ("cast", {"id": people["Aki Sora"], "name": "Aki Sora"}, "main", "Moko", "Japanese"),
        ("cast", None, "supporting", "Rain", ""),
    ]


def test_a_title_comes_with_its_links_songs_trailer_ranks_and_statuses(api, title_with_everything) -> None:
    found = api.get(f"{TITLES}{title_with_everything.pk}/").json()

    assert found["links"] == [{"kind": "official", "name": "Official Site", "url": "https://moko.example/"}]
    assert found["themes"] == [{"kind": "opening", "number": 1, "name": "Kumo", "artist": "Ame", "episodes": "1-6"}]
    assert found["trailer"] == "abcdEFGH-_1"
    assert found["ranks"] == [
        {"source": "MyAnimeList", "kind": "score", "place": 12},
        {"source": "MyAnimeList", "kind": "members", "place": 7},
    ]
    assert [(one["source"], one["counts"]) for one in found["status_counts"]] == [
        ("MyAnimeList", {"watching": 5, "dropped": 3})
    ]
