from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Title
from catalog.search.find import search_titles

pytestmark = pytest.mark.django_db
EMPTY_INLINES = {
    f"{prefix}-{field}": "0" for prefix in ("external_ids", "relations") for field in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def staff(client: Client, make_member) -> Client:
    client.force_login(make_member(is_staff=True, is_superuser=True))
    return client


def save(client: Client, title: Title | None, **changes: str) -> None:
    url = reverse("admin:catalog_title_change", args=[title.pk]) if title else reverse("admin:catalog_title_add")
    fields = {"medium": "anime", "name": "Mokomoko", "scored_by": "0", "members": "0", "format": "tv"}
    names = {
        "names-TOTAL_FORMS": "1",
        "names-INITIAL_FORMS": "0",
        "names-0-kind": "synonym",
        "names-0-text": "Mókomóko Club!",
    }
    response = client.post(url, fields | EMPTY_INLINES | names | changes)
    assert response.status_code == 302, response.context["errors"]


def test_a_title_made_by_hand_is_found_by_all_its_names(staff: Client) -> None:
    save(staff, None)

    title = Title.objects.get()
    assert search_titles("mokomoko club", None) == search_titles("mokomoko", None) == [title]
    assert set(title.names.values_list("kind", "key")) == {("main", "mokomoko"), ("synonym", "mokomoko club")}


def test_a_game_made_by_hand_is_shown_to_who_wants_games(staff: Client, make_member) -> None:
    save(staff, None, medium="game", format="", name="Mokomoko Quest")

    game = Title.objects.get(medium="game")
    player, watcher = make_member(extra_media=["game"]), make_member()
    assert search_titles("mokomoko quest", player) == [game]
    assert search_titles("mokomoko quest", watcher) == []
    staff.force_login(player)
    assert staff.get(game.get_absolute_url()).status_code == 200
    staff.force_login(watcher)
    assert staff.get(game.get_absolute_url()).status_code == 404


def test_only_what_was_changed_by_hand_is_the_staffs(staff: Client, make_title) -> None:
    title = make_title("Mokomok", format="tv", field_sources={"name": "jikan", "format": "jikan"}, members=0)

    save(staff, title, status="finished", episodes="12", season_year="2020")

    title.refresh_from_db()
    assert title.name == "Mokomoko"
    assert title.field_sources == {"name": "staff", "format": "jikan"}


def test_titles_are_searched_by_any_name_in_the_list(staff: Client) -> None:
    save(staff, None)

    page = staff.get(reverse("admin:catalog_title_changelist"), {"q": "MÓKOMOKO cl"})

    assert [title.name for title in page.context["cl"].result_list] == ["Mokomoko"]
