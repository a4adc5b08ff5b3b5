"""The same story in other media on a title's page."""

from __future__ import annotations

import pytest

from accounts.entries.writing import set_score, show_media
from catalog import versioning
from catalog.models import Relation

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client, member):
    show_media(member, ["manga", "light_novel"])
    client.force_login(member)
    return member


@pytest.fixture
def anime(make_title):
    return make_title("Monster (TV)")


@pytest.fixture
def manga(make_title, anime):
    manga = make_title("Monster", medium="manga", format="", episodes=None, chapters=162, serialised_in="Big Comic")
    for one, other in ((anime, manga), (manga, anime)):
        Relation.objects.create(from_title=one, to_title=other, kind="adaptation")
    return manga


def page(client, title) -> str:
    versioning.forget()
    return client.get(title.get_absolute_url()).content.decode()


def test_an_anime_leads_to_what_to_read_and_says_nothing_of_an_unknown_chapter(client, reader, anime, manga):
    text = page(client, anime)

    assert "Read on after the anime" in text
    assert manga.get_absolute_url() in text
    assert "From chapter" not in text


def test_it_names_the_chapter_where_the_anime_stops(client, reader, anime, manga):
    Relation.objects.filter(from_title=anime).update(last_chapter=40)

    assert "From chapter 41" in page(client, anime)


def test_a_liked_source_is_named_and_a_disliked_one_is_not(client, reader, anime, manga):
    set_score(reader, manga, 9)
    liked = page(client, anime)
    set_score(reader, manga, 5)

    assert "You gave “Monster” (Manga) a 9." in liked
    assert "You gave" not in page(client, anime)


def test_a_manga_shows_its_own_facts_and_no_advice_to_read_on(client, reader, anime, manga):
    set_score(reader, anime, 10)
    text = page(client, manga)

    assert "You gave “Monster (TV)” (Anime) a 10." in text
    assert "Read on after the anime" not in text
    assert all(fact in text for fact in ("Chapters", "162", "Magazine", "Big Comic"))


@pytest.mark.parametrize("extra", [[], ["light_novel"]])
def test_others_see_nothing_of_it(client, make_member, anime, manga, extra):
    client.force_login(make_member(extra_media=extra))

    assert "Read on after the anime" not in page(client, anime)


def test_a_character_that_both_have_is_no_version(client, reader, anime, manga):
    Relation.objects.update(kind="character")

    assert "Read on after the anime" not in page(client, anime)
