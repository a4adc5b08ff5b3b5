"""Questions and their answers, as a page and through the API."""

import pytest
from django.db import connection
from django.urls import reverse

from catalog.meaning import vector_index
from catalog.meaning.find import answer
from catalog.models import Relation, Tag
from tests.catalog.meaning.conftest import embed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tasks_run_at_once")]


def first(question, viewer=None, **options):
    found = answer(question, viewer, 10, **options)
    from catalog.models import Title

    return Title.objects.get(pk=found.title_ids[0]).name


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("girls sleeping in a tent outdoors", "Tent Girls"),
        ("Mädchen beim Camping", "Tent Girls"),
        ("une école de musique et une mère morte", "Violin Days"),
        ("robots gigantes contra extraterrestres", "Steel Orbit"),
        ("吸血鬼と人間の恋", "Night Kiss"),
    ],
)
def test_a_question_in_any_language_finds_what_it_describes(embedded, question, name):
    assert first(question) == name


def test_the_sentence_that_matched_says_why(embedded):
    found = answer("girls who go camping", None, 10)

    assert found.by_meaning
    assert found.why[embedded["Tent Girls"].pk] == "Three schoolgirls go camping at the foot of Mount Fuji."


def test_facts_filter_tags_come_first_and_both_can_be_taken_out(embedded, make_title):
    tag = Tag.objects.create(kind="theme", name="Vampire", slug="vampire")
    film = make_title("A film", format="movie", synopsis="Nothing of the kind happens in this story at all.")
    film.tags.add(tag)
    embed()

    found = answer("a movie about vampires", None, 10)
    assert ([one.key for one in found.filters], [one.key for one in found.tags]) == (["format:movie"], ["tag:vampire"])
    assert found.title_ids == [film.pk]

    found = answer("a movie about vampires", None, 10, ["format:movie", "tag:vampire"])
    assert (found.filters, found.tags) == ([], [])
    assert found.title_ids[0] == embedded["Night Kiss"].pk


def test_adult_titles_need_the_opt_in_and_age_limits_hold(embedded, make_title, make_member):
    adult = make_title("Adult camp", is_adult=True, synopsis="Adults go camping at the foot of Mount Fuji.")
    embed()

    assert adult.pk not in answer("camping at Mount Fuji", None, 10).title_ids
    assert adult.pk in answer("camping at Mount Fuji", make_member(shows_adult=True), 10).title_ids
    assert answer("camping at Mount Fuji", make_member(age_limit="pg"), 10).title_ids == []


def test_without_pgvector_words_and_tags_still_answer_and_the_page_says_so(embedded, client):
    with connection.cursor() as cursor:
        for name in (index.name for index in vector_index.INDICES):
            cursor.execute(f"DROP INDEX {name}")

    response = client.get(reverse("catalog:search"), {"q": "schoolgirls who go camping"})

    assert response.context["answers"][0][0].name == "Tent Girls"
    assert "found by words and tags only" in response.content.decode()


def test_without_a_worker_words_answer_within_a_second(embedded, monkeypatch):
    from anirec.celery import app
    from catalog.meaning import asking

    app.conf.update(task_always_eager=False)
    monkeypatch.setattr(asking, "WAIT_SECONDS", 0.05)

    found = answer("schoolgirls who go camping", None, 10)

    assert (found.by_meaning, found.title_ids[0]) == (False, embedded["Tent Girls"].pk)


def test_names_come_first_and_short_searches_that_hit_names_stay_as_they_are(embedded, client):
    response = client.get(reverse("catalog:search"), {"q": "steel orbit"})
    assert [title.name for title in response.context["titles"]] == ["Steel Orbit"]
    assert "answer" not in response.context

    response = client.get(reverse("catalog:search"), {"q": "steel orbit", "meaning": "1"})
    assert "Steel Orbit" not in [title.name for title, _why in response.context["answers"]]

    response = client.get(reverse("catalog:search"), {"q": "girls who go camping"})
    assert response.context["titles"] == []
    assert response.context["answers"][0][0].name == "Tent Girls"
    assert "Three schoolgirls go camping" in response.content.decode()


@pytest.mark.parametrize("question", ["zzzzzz", "asdf qwer", "blorp fnord zibble", "🙂🙂"])
def test_nonsense_finds_nothing_and_the_page_says_so(embedded, client, question):
    response = client.get(reverse("catalog:search"), {"q": question, "meaning": "1"})

    assert response.context["answers"] == []
    assert "No titles found" in response.content.decode()


def test_a_question_of_facts_only_finds_the_most_popular_titles(embedded, make_title):
    for members, name in ((10, "Little known"), (20, "Well known")):
        make_title(name, format="movie", members=members)

    assert first("zzzzzz movie") == "Well known"


@pytest.mark.parametrize("question", ["🙂🙂", "x" * 10_000, "a\0b", "'); DROP TABLE--", "& | ! <->", "   "])
def test_bad_input_is_no_question(embedded, client, question):
    response = client.get(reverse("catalog:search"), {"q": question})

    assert response.status_code in (200, 400)


def test_a_question_that_is_too_long_is_said_to_be(embedded, client):
    assert "200" in client.get(reverse("catalog:search"), {"q": "x" * 201}).content.decode()


def test_the_api_says_why(embedded, api):
    found = api.get("/api/v1/titles/ask/", {"q": "schoolgirls who go camping", "n": 1}).json()

    assert found["by_meaning"] is True
    assert [(item["title"]["name"], item["why"]) for item in found["items"]] == [
        ("Tent Girls", "Three schoolgirls go camping at the foot of Mount Fuji.")
    ]


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 201}, {"q": "a", "n": 0}, {"q": "a", "n": 51}])
def test_the_api_refuses_bad_questions(api, query):
    assert api.get("/api/v1/titles/ask/", query).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_titles(embedded, make_title, django_assert_num_queries):
    answer("girls who go camping", None, 10)
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        answer("girls who go camping", None, 10)
    for n in range(5):
        make_title(f"Camp {n}", synopsis=f"Girl number {n} goes camping in the mountains with her friends.")
    embed()
    answer("girls who go camping", None, 10)
    with CaptureQueriesContext(connection) as many:
        answer("girls who go camping", None, 10)
    assert len(many) == len(few)


def test_titles_with_similar_descriptions_are_shown_without_their_own_franchise(embedded, make_title, client):
    title = embedded["Tent Girls"]
    sequel = make_title("Tent Girls 2", synopsis="Three schoolgirls go camping again.", franchise_entry=title)
    other = make_title("Campers", synopsis="Two boys go camping near a mountain and cook over a fire.")
    embed()

    response = client.get(reverse("catalog:title_alike", args=[title.pk]))

    names = [one.name for one in response.context["titles"]]
    assert names[0] == other.name
    assert sequel.name not in names
    assert title.name not in names


@pytest.mark.parametrize("is_original", [True, False])
def test_what_a_title_was_made_from_is_not_merely_similar(embedded, make_title, client, is_original):
    title = embedded["Tent Girls"]
    other = make_title("Campfire", synopsis="Three schoolgirls go camping at the foot of Mount Fuji.")
    pair = (other, title) if is_original else (title, other)
    Relation.objects.create(from_title=pair[0], to_title=pair[1], kind="adaptation")
    embed()

    response = client.get(reverse("catalog:title_alike", args=[title.pk]))

    assert other not in response.context["titles"]
