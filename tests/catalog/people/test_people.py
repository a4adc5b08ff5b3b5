from __future__ import annotations

import pytest

from catalog.models import Credit, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def haru() -> Person:
    return Person.objects.create(name="Haru Kaze", slug="haru-kaze", key="haru kaze")


def credited(person: Person, title, role: str, character: str = "") -> None:
    kind = "cast" if character else "staff"
    Credit.objects.create(title=title, person=person, kind=kind, role=role, character=character, position=0)


def works(client, person: Person, **query) -> list[tuple[str, list[str]]]:
    response = client.get(person.get_absolute_url(), query)
    return [(title.name, parts) for title, parts in response.context["works"]]


def test_shows_titles_newest_first_with_the_roles(client, make_title, haru):
    old, new = make_title("Old", season_year=1999), make_title("New", season_year=2020)
    credited(haru, old, "Director")
    credited(haru, new, "Music")
    credited(haru, new, "Storyboard")
    credited(haru, old, "main", "Moko")
    assert works(client, haru) == [("New", ["Music", "Storyboard"]), ("Old", ["Director"])]
    assert works(client, haru, **{"as": "voices"}) == [("Old", ["Moko"])]


def test_an_unknown_kind_of_work_is_the_one_with_most_titles(client, make_title, haru):
    credited(haru, make_title("Old"), "main", "Moko")
    assert works(client, haru, **{"as": "cook"}) == [("Old", ["Moko"])]


def test_the_address_without_the_name_or_with_another_leads_to_the_right_one(client, make_title, haru):
    credited(haru, make_title(), "Director")
    for address in (f"/people/{haru.pk}/", f"/people/{haru.pk}-someone/"):
        response = client.get(address)
        assert (response.status_code, response.headers["Location"]) == (301, f"/people/{haru.pk}-haru-kaze/")


def test_a_person_of_adult_titles_alone_is_not_there_without_the_opt_in(client, make_title, make_member, haru):
    credited(haru, make_title("Late", is_adult=True), "Director")
    assert client.get(haru.get_absolute_url()).status_code == 404
    client.force_login(make_member(shows_adult=True))
    assert works(client, haru) == [("Late", ["Director"])]


def test_a_person_without_titles_is_not_found(client, haru):
    assert client.get(haru.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("n", [1, 30])
def test_takes_the_same_queries_for_any_number(client, make_title, haru, n, django_assert_num_queries):
    for _ in range(n):
        credited(haru, make_title(), "Director")
    client.get(haru.get_absolute_url())
    with django_assert_num_queries(4):  # credits, titles; the same as a guest sees them, for the head
        client.get(haru.get_absolute_url())
