from __future__ import annotations

import pytest
from django.urls import reverse

from social.models import Follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def title(make_title, make_member, make_entry):
    """A title scored 9 by two public entries, and by others with limited visibility."""
    title = make_title("Kumo")
    for name, score, visibility, active in (
        ("ada", 9, "public", True), ("bea", 9, "public", True), ("cyd", 2, "private", True),
        ("dee", 3, "followers", True), ("eve", 4, "public", False), ("flo", None, "public", True),
    ):  # fmt: skip
        make_entry(make_member(name, is_active=active), title, score=score, visibility=visibility)
    return title


def scores(client, title):
    return client.get(reverse("social:title_scores", args=[title.pk])).context["scores"]


def test_public_scores_of_members_are_counted(client, title):
    found = scores(client, title)
    assert ({bar.score: bar.n for bar in found.bars if bar.n}, found.n, found.mean) == ({9: 2}, 2, 9)
    assert found.friends == []


def test_people_one_follows_are_named_as_far_as_they_let(client, title, make_member, member):
    for one in ("ada", "cyd", "dee", "eve"):
        Follow.objects.create(follower=member, followed=type(member).objects.get(username=one))
    client.force_login(member)
    found = scores(client, title)
    assert sorted((entry.user.username, entry.score) for entry in found.friends) == [("ada", 9), ("dee", 3)]
    assert found.n == 2


def test_ones_own_private_score_is_not_among_everybodys(client, title, member, make_entry):
    make_entry(member, title, score=1, visibility="private")
    client.force_login(member)
    assert scores(client, title).n == 2


def test_an_adult_title_has_none_without_the_opt_in(client, make_title):
    assert client.get(reverse("social:title_scores", args=[make_title(is_adult=True).pk])).status_code == 404


def test_is_a_page_of_its_own_and_a_part_of_the_titles(client, title):
    address = reverse("social:title_scores", args=[title.pk])
    whole, part = client.get(address), client.get(address, HTTP_HX_REQUEST="true")
    assert ("<html" in whole.content.decode(), "<html" in part.content.decode()) == (True, False)
    assert "2 public scores, mean 9.00" in part.content.decode()


@pytest.mark.parametrize("n", [1, 3])
def test_takes_the_same_queries_for_any_number_of_people(
    client, make_title, member, make_member, make_entry, n, django_assert_num_queries
):
    title = make_title()
    for _ in range(n):
        friend = make_member()
        make_entry(friend, title, score=8)
        Follow.objects.create(follower=member, followed=friend)
    client.force_login(member)
    with django_assert_num_queries(5):  # session, member, title, votes, friends
        client.get(reverse("social:title_scores", args=[title.pk]), HTTP_HX_REQUEST="true")
