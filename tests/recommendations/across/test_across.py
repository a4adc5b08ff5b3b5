"""From one medium to another: what a liked anime was made from, what was made of a liked book, and books like them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.entries.writing import hide_title, set_score, set_status, show_media
from catalog import versioning
from catalog.franchises.grouping import refresh_franchises
from catalog.models import Credit, Person, Relation, Tag
from recommendations import serving
from recommendations.across.queries import across_media

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag():
    """Tag titles: `tag("dark", title, other)`."""

    def set_tag(name: str, *titles) -> None:
        Tag.objects.get_or_create(slug=name, defaults={"name": name, "kind": "genre"})[0].titles.add(*titles)
        versioning.forget()

    return set_tag


@pytest.fixture
def make_read(make_title):
    def make(name: str, medium: str = "manga", **fields):
        return make_title(name, **{"medium": medium, "format": "", "episodes": None, "chapters": 20, **fields})

    return make


def relate(one, other, kind: str = "adaptation") -> None:
    Relation.objects.create(from_title=one, to_title=other, kind=kind)
    Relation.objects.create(from_title=other, to_title=one, kind=kind)
    versioning.forget()


@pytest.fixture
def reader(member):
    show_media(member, ["manga", "light_novel"])
    return member


def names(member, *media: str, n: int = 10) -> list[str]:
    return [item.title.name for item in across_media(member, media or ("manga", "light_novel"), n)]


class TestSources:
    def test_of_what_is_liked_come_first_the_best_liked_before_all(self, reader, make_title, make_read, tag):
        good, best = make_title("Good"), make_title("Best")
        like, source_of_good, source_of_best = make_read("Like"), make_read("Good book"), make_read("Best book")
        relate(good, source_of_good)
        relate(best, source_of_best)
        tag("dark", good, best, like)
        set_score(reader, good, 8)
        set_score(reader, best, 10)

        assert names(reader) == ["Best book", "Good book", "Like"]

    def test_say_why(self, reader, make_title, make_read):
        anime = make_title("Monster")
        relate(anime, make_read("Monster book"))
        set_score(reader, anime, 10)

        [item] = across_media(reader, ["manga"], 5)

        assert (item.is_linked, item.because, item.shares) == (True, ((anime, 10),), (1.0,))

    def test_count_for_every_part_of_the_series(self, reader, make_title, make_read):
        first, second = make_title("Kumo", started_on="2010"), make_title("Kumo 2", started_on="2012")
        Relation.objects.create(from_title=first, to_title=second, kind="sequel")
        refresh_franchises()
        relate(first, make_read("Kumo book"))
        set_score(reader, second, 9)

        assert names(reader) == ["Kumo book"]

    def test_of_what_is_disliked_stay_away_from_the_top(self, reader, make_title, make_read, tag):
        bad, good, like, source = make_title("Bad"), make_title("Good"), make_read("Like"), make_read("Bad book")
        relate(bad, source)
        tag("dark", good, like)
        set_score(reader, bad, 2)
        set_score(reader, good, 9)

        assert names(reader)[0] == "Like"


class TestByContent:
    def test_books_like_what_is_liked_before_those_like_what_is_not(self, reader, make_title, make_read, tag):
        tag("dark", make_title("Dark anime"), make_read("Dark book"))
        tag("cute", make_title("Cute anime"), make_read("Cute book"))
        dark, cute = (Tag.objects.get(slug=slug).titles.get(medium="anime") for slug in ("dark", "cute"))
        set_score(reader, dark, 10)
        set_score(reader, cute, 4)

        assert names(reader) == ["Dark book", "Cute book"]
        assert across_media(reader, ["manga"], 1)[0].because == ((dark, 10),)

    def test_books_by_the_author_of_a_liked_anime_original(self, reader, make_title, make_read):
        anime, book, _other = make_title("Monster"), make_read("Pluto"), make_read("Nobody's")
        person = Person.objects.create(name="Naoki", slug="naoki", key="naoki")
        for title, role in ((anime, "Original Creator"), (book, "Story & Art")):
            Credit.objects.create(title=title, person=person, kind="staff", role=role, position=0)
        versioning.forget()
        set_score(reader, anime, 9)

        assert names(reader)[0] == "Pluto"


class TestNever:
    def test_what_is_on_the_list_hidden_adult_unreleased_or_of_another_medium(self, reader, make_title, make_read):
        anime = make_title("Monster")
        listed, hidden, shown = make_read("Listed"), make_read("Hidden"), make_read("Shown")
        unfit = (make_read("Adult", is_adult=True), make_read("Soon", status="upcoming"), make_title("Anime"))
        for title in (listed, hidden, shown, *unfit, make_read("Game", "game")):
            relate(anime, title)
        set_score(reader, anime, 10)
        set_status(reader, listed, "planned")
        hide_title(reader, hidden)

        assert names(reader) == ["Shown"]

    def test_anything_to_a_member_who_only_wants_anime(self, member, make_title, make_read):
        anime = make_title("Monster")
        relate(anime, make_read("Monster book"))
        set_score(member, anime, 10)

        assert names(member) == []
        assert {row.slug for row in serving.rows_for(member)}.isdisjoint({"read", "adaptations"})

    def test_anything_without_a_list(self, reader, make_read):
        make_read("Book")

        assert names(reader) == []


class TestRows:
    def test_read_next_names_the_anime_and_its_score(self, client, reader, make_title, make_read):
        anime = make_title("Monster")
        relate(anime, make_read("Monster book"))
        set_score(reader, anime, 10)
        client.force_login(reader)

        page = client.get(reverse("recommendations:row", args=["read"])).content.decode()

        assert "You gave “Monster” (Anime) a 10" in page

    def test_anime_of_what_is_read_starts_with_the_first_part(self, reader, make_title, make_read):
        first, film = make_title("Kumo", started_on="2010"), make_title("Kumo film", started_on="2012", format="movie")
        Relation.objects.create(from_title=first, to_title=film, kind="sequel")
        refresh_franchises()
        book = make_read("Kumo book")
        relate(film, book)
        set_score(reader, book, 9)

        items = serving.fill(serving.find_row(reader, "adaptations"), reader, 5)

        assert [(item.title.name, item.note) for item in items] == [("Kumo", "You gave “Kumo book” (Manga) a 9")]

    def test_a_started_series_is_not_proposed_again(self, reader, make_title, make_read):
        anime, book = make_title("Kumo"), make_read("Kumo book")
        relate(anime, book)
        set_score(reader, book, 9)
        set_status(reader, anime, "dropped")

        assert serving.fill(serving.find_row(reader, "adaptations"), reader, 5) == []

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_number_of_queries_does_not_grow(self, reader, make_title, make_read, n, django_assert_max_num_queries):
        for number in range(n):
            anime = make_title(f"Anime {number}")
            relate(anime, make_read(f"Book {number}"))
            set_score(reader, anime, 10)
        across_media(reader, ["manga"], 10)

        with django_assert_max_num_queries(5):
            assert len(across_media(reader, ["manga"], 10)) == n
