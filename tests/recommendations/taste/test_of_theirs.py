"""Another member's favourites for the viewer, and shared genres."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import ListEntry
from catalog.index.titles import title_index
from catalog.models import Tag
from recommendations import serving
from recommendations.taste.lists import ReadList
from recommendations.taste.shared import shared_genres
from social.visibility import entries_visible_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def rated(make_title, make_entry):
    """Add scored titles of a genre to a member's list."""

    def rate(member, genre, scores):
        tag, _ = Tag.objects.get_or_create(kind="genre", name=genre, slug=genre.lower())
        for score in scores:
            title = make_title()
            title.tags.add(tag)
            make_entry(member, title, status="completed", score=score)

    return rate


def found(member, ada, n=10):
    return [(item.title.name, item.loved_by[0].score) for item in serving.loved_by(serving.Reader(member), ada, n)]


def chart(member, ada):
    read = [
        ReadList.of(entries, title_index().tags_visible_to(member))
        for entries in (ListEntry.objects.own(member), entries_visible_to(member).filter(user=ada))
    ]
    return shared_genres(*read)


def test_what_they_love_and_is_new_the_best_first(member, ada, make_title, make_entry):
    for name, score in (("Good", 8), ("Better", 10), ("Not so good", 7)):
        make_entry(ada, make_title(name), status="completed", score=score)
    known = make_title("Known")
    make_entry(ada, known, status="completed", score=10)
    make_entry(member, known, status="planned")
    make_entry(ada, make_title("Private"), status="completed", score=10, visibility="private")
    make_entry(ada, make_title("Adult", is_adult=True), status="completed", score=10)
    assert found(member, ada) == [("Better", 10), ("Good", 8)]
    assert found(member, ada, 1) == [("Better", 10)]


def test_a_genre_is_shared_when_both_score_it_above_their_own_mean(member, ada, rated):
    for one in (member, ada):
        rated(one, "Drama", [9, 9, 9])
        rated(one, "Mecha", [3, 3, 3])
    rated(member, "Sports", [10, 10, 10])
    rated(ada, "Sports", [2, 2, 2])
    drawn = chart(member, ada)
    assert [mark.row.label for mark in drawn.marks] == ["Drama"]
    assert drawn.marks[0].row.value == pytest.approx((9 - 22 / 3) * 3 / 11)
    assert drawn.says == "You both score Drama above your average."


def test_there_is_no_chart_without_such_a_genre(member, ada, rated):
    rated(member, "Drama", [9, 9, 9, 9])
    assert chart(member, ada) is None


def test_the_page_and_its_part(client, member, ada, make_title, make_entry):
    make_entry(ada, make_title("Hers"), status="completed", score=10)
    client.force_login(member)
    path = reverse("recommendations:of_theirs", args=["ada"])
    page, part = (client.get(path, headers=headers).content.decode() for headers in ({}, {"hx-request": "true"}))
    assert ["Hers" in page, "Hers" in part, "<html" in page, "<html" in part] == [True, True, True, False]
    assert (
        "No new titles. You already know"
        in client.get(reverse("recommendations:of_theirs", args=["member"])).content.decode()
    )


@pytest.mark.parametrize("n", [1, 3])
def test_the_queries_are_as_many_for_many(client, member, ada, make_title, make_entry, n, django_assert_num_queries):
    for _ in range(n):
        make_entry(ada, make_title(), status="completed", score=10)
    client.force_login(member)
    client.get("/titles/")
    with django_assert_num_queries(9):
        client.get(reverse("recommendations:of_theirs", args=["ada"]))
