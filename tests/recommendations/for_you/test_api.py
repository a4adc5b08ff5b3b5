import numpy as np
import pytest
from rest_framework.test import APIClient

from accounts.entries import writing as lists
from accounts.models import ListEntry, User
from catalog.models import ExternalId, Title
from recommendations.models import ModelVersion
from recommendations.pipelines.starter import FILE, publish_starter
from tests.recommendations.serving.impressions import codes

MINE = "/api/v1/my/recommendations/"


@pytest.fixture
def titles(make_title) -> list[Title]:
    """Return titles of the starter model."""
    mal_ids = np.load(FILE)["mal_ids"][:80].tolist()
    titles = [make_title(name=f"Title {mal_id}") for mal_id in mal_ids]
    ExternalId.objects.bulk_create(
        ExternalId(title=title, provider="mal", medium="anime", value=str(mal_id))
        for title, mal_id in zip(titles, mal_ids, strict=True)
    )
    return titles


@pytest.fixture
def listed(member, titles) -> list[Title]:
    """Put titles on the member's list."""
    for place, title in enumerate(titles[:10]):
        lists.set_score(member, title, 10 if place % 2 else 8)
    return titles[:10]


@pytest.fixture
def model(listed) -> ModelVersion:
    return publish_starter()


def ids(found) -> list[int]:
    return [item["title"]["id"] for item in found["items"]]


def test_recommendations_say_where_they_come_from_and_why(api, model, listed):
    found = api.get(MINE, {"n": 5}).json()

    assert {**found, "items": [], "computed_at": ""} == {
        "source": "table",
        "tried": [],
        "model": str(model),
        "ranked_by": "hybrid",
        "computed_at": "",
        "n_inputs": 10,
        "items": [],
    }
    assert len(found["items"]) == 5
    scores = {title.pk: 10 if place % 2 else 8 for place, title in enumerate(listed)}
    reasons = [reason for item in found["items"] for reason in item["reasons"]]
    assert reasons != []
    assert all(scores[reason["title_id"]] == reason["score"] for reason in reasons)
    assert all(0 < reason["share"] <= 1 for reason in reasons)


def test_a_new_score_changes_the_next_answer(api, model):
    first = ids(api.get(MINE).json())[0]

    api.patch(f"/api/v1/my/list/{first}/", {"score": 9}, format="json")
    found = api.get(MINE).json()

    assert (found["source"], codes(found), found["n_inputs"]) == ("live", ["table.outdated"], 11)
    assert first not in ids(found)


def test_a_hidden_title_is_not_recommended(api, model):
    first = ids(api.get(MINE).json())[0]

    api.put(f"/api/v1/my/hidden/{first}/")

    assert first not in ids(api.get(MINE).json())


def test_nothing_on_the_list_nor_adult_is_recommended(api, model, listed, titles):
    Title.objects.filter(pk__in=[title.pk for title in titles[10:40]]).update(is_adult=True)

    found = set(ids(api.get(MINE, {"n": 100}).json()))

    assert len(found) >= 10
    assert found <= {title.pk for title in titles[40:]}


def test_reasons_can_be_left_out(api, model, listed):
    without = [listed[0].pk, listed[1].pk]

    found = api.get(MINE, {"without_reason": ",".join(map(str, without))}).json()

    cited = {reason["title_id"] for item in found["items"] for reason in item["reasons"]}
    assert (found["source"], found["n_inputs"]) == ("live", 8)
    assert cited.isdisjoint(without)


def test_less_known_titles_can_be_asked_for(api, model, titles):
    for place, title in enumerate(titles):
        Title.objects.filter(pk=title.pk).update(members=10 ** (3 + place % 5))

    plain, niche = api.get(MINE, {"n": 10}).json(), api.get(MINE, {"n": 10, "niche": 1}).json()

    assert (niche["source"], codes(niche)) == ("live", ["table.options"])
    members = dict(Title.objects.values_list("pk", "members"))
    assert sum(members[pk] for pk in ids(niche)) < sum(members[pk] for pk in ids(plain))


def test_what_was_watched_lately_can_weigh_more(api, model, member, listed):
    found = api.get(MINE, {"n": 10, "recent": True}).json()
    assert (found["source"], codes(found)) == ("live", ["table.options"])
    for number, title in enumerate(listed * 3):
        ListEntry.objects.update_or_create(
            user=member, title=title, defaults={"finished_on": f"20{10 + number % 10}-0{number % 9 + 1}-15"}
        )
    more = [make.pk for make in Title.objects.exclude(pk__in=[title.pk for title in listed]).order_by("pk")[:12]]
    for number, pk in enumerate(more):
        ListEntry.objects.create(
            user=member, title_id=pk, status="completed", finished_on=f"2021-{number % 12 + 1:02}-01"
        )

    plain, recent = (api.get(MINE, {"n": 10, "niche": 0.25, "recent": on}).json() for on in (False, True))

    assert ids(plain) != ids(recent)


@pytest.mark.parametrize("name", ["linear", "svd", "popularity"])
def test_the_model_can_be_chosen(api, model, name):
    found = api.get(MINE, {"model": name, "n": 10}).json()

    assert (found["source"], found["ranked_by"]) == ("live", name)
    assert len(found["items"]) == 10
    assert [item["score"] for item in found["items"]] == sorted((i["score"] for i in found["items"]), reverse=True)
    assert any(item["reasons"] for item in found["items"]) is (name == "linear")


def test_where_the_chosen_model_is_not_in_the_version_the_answer_says_what_stands_in_for_it(api, model):
    found = api.get(MINE, {"model": "content"}).json()

    assert (found["source"], found["ranked_by"]) == ("popular", "popularity")
    assert codes(found)[-1] == "live.model_silent"


def test_what_is_published_needs_no_new_scores(api, model):
    found = api.get(MINE, {"niche": 0, "diversity": 0, "minimum_audience": 1000, "shortest": 10}).json()

    assert found["source"] == "table"


def test_shorts_can_be_asked_for(api, model, titles):
    Title.objects.update(episodes=1, episode_seconds=180)
    Title.objects.filter(pk=titles[20].pk).update(episode_seconds=None)
    lists.set_score(User.objects.get(), titles[10], 9)  # live scores from here

    assert ids(api.get(MINE).json()) in ([], [titles[20].pk])
    assert len(ids(api.get(MINE, {"shortest": 3}).json())) > 5


def test_without_a_model_the_popular_titles_are_served(api, titles):
    found = api.get(MINE, {"n": 3}).json()

    assert (found["source"], codes(found)) == ("popular", ["model.missing"])
    assert ids(found) == [title.pk for title in titles[:3]]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"model": "best"}, {"model": ["Unknown model. Use one of: hybrid, linear, content, svd, popularity."]}),
        ({"n": 0}, {"n": ["Ensure this value is greater than or equal to 1."]}),
        ({"n": 1000}, {"n": ["Ensure this value is less than or equal to 100."]}),
        ({"n": "many"}, {"n": ["A valid integer is required."]}),
        ({"niche": 1.5}, {"niche": ["Ensure this value is less than or equal to 1."]}),
        ({"diversity": "nan"}, {"diversity": ["A valid number is required."]}),
        ({"minimum_audience": -1}, {"minimum_audience": ["Ensure this value is greater than or equal to 0."]}),
        ({"without_reason": "1,x"}, {"without_reason": ["Enter title IDs as whole numbers separated by commas."]}),
        ({"without_reason": "9" * 30}, {"without_reason": ["Enter title IDs as whole numbers separated by commas."]}),
    ],
)
def test_a_wrong_query_is_named(api, query, errors):
    response = api.get(MINE, query)

    assert response.json()["errors"] == errors
    assert response.status_code == 400


@pytest.mark.parametrize("n", [1, 3])
def test_recommendations_take_the_same_queries_for_any_length(api, model, n, django_assert_num_queries):
    api.get(MINE)  # warm this process's title cards

    with django_assert_num_queries(4):  # token, row, visible titles, citable titles
        found = api.get(MINE, {"n": n}).json()

    assert len(found["items"]) == n


def test_similar_titles_come_closest_first_and_never_adult(model, titles):
    near = APIClient().get(f"/api/v1/titles/{titles[0].pk}/similar/", {"n": 10}).json()
    closest = near[0]["title"]["id"]

    Title.objects.filter(pk=closest).update(is_adult=True)
    after = APIClient().get(f"/api/v1/titles/{titles[0].pk}/similar/", {"n": 10}).json()

    assert [item["score"] for item in near] == sorted((item["score"] for item in near), reverse=True)
    assert closest not in [item["title"]["id"] for item in after]


def test_an_adult_title_has_no_similar_ones_for_a_visitor(model, titles):
    Title.objects.filter(pk=titles[0].pk).update(is_adult=True)

    assert APIClient().get(f"/api/v1/titles/{titles[0].pk}/similar/").status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_similar_titles_take_the_same_queries_for_any_length(model, titles, n, django_assert_num_queries):
    with django_assert_num_queries(3):
        found = APIClient().get(f"/api/v1/titles/{titles[0].pk}/similar/", {"n": n}).json()

    assert len(found) == n
