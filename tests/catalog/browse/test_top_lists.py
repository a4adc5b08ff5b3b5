from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse

from catalog.models import Tag

pytestmark = pytest.mark.django_db
TOP = "/top/"


@pytest.fixture
def shelf(make_title) -> None:
    drama = Tag.objects.create(kind="genre", name="Drama", slug="drama")
    flat, split = [0, 0, 0, 0, 0, 1000, 1000, 1000, 0, 0], [1500, 0, 0, 0, 0, 0, 0, 0, 0, 1500]
    make_title("Loved by few", score=10, scored_by=50, members=100)
    make_title("Loved by many", score=9, scored_by=90_000, members=200_000, season_year=1999).tags.add(drama)
    make_title("Known", score=7, scored_by=400_000, members=900_000, format="movie", score_counts=flat)
    make_title("Gem", score=8.5, scored_by=9_000, members=20_000)
    make_title("Divides", score=5.5, scored_by=3_000, members=5_000, score_counts=split)
    make_title("Yoru", score=5, scored_by=900_000, members=999_999, is_adult=True)
    make_title("Jingle", score=3, scored_by=900_000, members=999_999, format="commercial")


def lists(response) -> list[list[str]]:
    return [[title.name for title in shown.titles] for shown in response.context["lists"]]


def test_each_list_has_its_order(client, shelf):
    best, known, gems, divisive = lists(client.get(TOP))

    assert best == ["Loved by many", "Gem", "Known", "Loved by few", "Divides"]
    assert known[:2] == ["Known", "Loved by many"]
    assert gems == ["Gem"]
    assert divisive == ["Divides", "Known"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"decade": "1990"}, ["Loved by many"]),
        ({"decade": "-2020"}, ["Gem", "Known", "Loved by few", "Divides"]),
        ({"format": "movie"}, ["Known"]),
        ({"tag": "drama"}, ["Loved by many"]),
        ({"tag": "sorcery", "decade": "soon"}, ["Loved by many", "Gem", "Known", "Loved by few", "Divides"]),
    ],
)
def test_all_are_narrowed_at_once(client, shelf, query, expected):
    assert lists(client.get(TOP, query))[0] == expected


def test_the_whole_list_is_on_the_browse_page(client, shelf):
    for shown in client.get(TOP, {"decade": "1990"}).context["lists"]:
        page = client.get(f"{reverse('catalog:browse')}?{shown.address}").context["page"]
        assert [title.name for title in page][: len(shown.titles)] == [title.name for title in shown.titles]


def test_a_list_of_what_nobody_knows_is_not_there(client, make_title):
    make_title("Loved by many", score=9, scored_by=90_000, members=200_000)
    assert [str(one.about.label) for one in client.get(TOP).context["lists"]] == [
        "Highest rated", "Best known", "Hidden gems",
    ]  # fmt: skip


@pytest.mark.parametrize("n", [1, 3])
def test_takes_the_same_queries_for_any_number_of_titles(client, member, make_title, n, django_assert_num_queries):
    for _ in range(n):
        make_title(score=8, members=10_000)
    client.force_login(member)
    client.get(TOP)  # builds the index
    with django_assert_num_queries(4):  # session, member, titles, their list
        client.get(TOP)


def test_the_bench_prints_what_a_page_takes(shelf, capsys):
    call_command("bench_browse", requests=2)
    lines = [line.split("  ")[0].strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:] == ["queries of a page: 1", "browse, six filters", "counts of every option", "bare SELECT count"]
