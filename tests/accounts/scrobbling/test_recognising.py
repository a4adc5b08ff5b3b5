"""Which title and episode a finished episode is; what isn't certain isn't recognised."""

from __future__ import annotations

import itertools

import pytest

from accounts.scrobbling.players import Watched
from accounts.scrobbling.recognising import recognise
from catalog.models import ExternalId, Relation, Title, TitleName
from catalog.versioning import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(member):
    """Return the name of the title, and the episode in it."""

    def find(name: str, season: int | None = 1, episode: int | None = 1, **more):
        forget()
        found = recognise(member, Watched("ada", name, season, episode, **more))
        return found and (found.title.name, found.episode)

    return find


@pytest.fixture
def make_story(make_known):
    """Make a franchise whose parts follow each other: `make_story(("Fog", 12), ("Fog 2nd Season", 13))`."""

    def make(*parts: tuple[str, int | None], **fields):
        titles = [
            make_known(name, episodes=n, season_year=2010 + place, started_on=f"{2010 + place}-04-01", **fields)
            for place, (name, n) in enumerate(parts)
        ]
        Title.objects.update(franchise_entry=titles[0])
        for one, other in itertools.pairwise(titles):
            Relation.objects.create(from_title=one, to_title=other, kind="sequel")
        return titles

    return make


def test_a_show_by_its_exact_name(find, make_known):
    make_known("Quiet Harbour", episodes=12)
    make_known("Quiet Harbour Days", episodes=12)
    assert find("QUIET harbour!", 1, 3) == ("Quiet Harbour", 3)
    assert (find("Quiet"), find("Quiet Harbour", 1, 13), find("Quiet Harbour", 2, 1)) == (None, None, None)


def test_two_titles_of_one_name_are_not_told_apart(find, make_known):
    for _ in range(2):
        make_known("Quiet Harbour")
    assert find("Quiet Harbour") is None


def test_a_title_that_the_member_may_not_see_is_not_recognised(find, make_known):
    make_known("Quiet Harbour", is_adult=True)
    assert find("Quiet Harbour") is None


def test_the_id_of_a_show_goes_before_its_name_unless_ids_disagree(find, make_known):
    make_known("Quiet Harbour")
    other = make_known("Loud Harbour", mal=7)
    ExternalId.objects.create(title=make_known("Third"), provider="anilist", medium="anime", value="8")
    assert find("Quiet Harbour", ids={"mal": "7"}) == (other.name, 1)
    assert find("Unheard of", ids={"mal": "7", "anilist": "8"}) is None
    assert find("Unheard of", ids={"mal": "9"}) is None


def test_a_film_is_no_series_of_the_same_name(find, make_known):
    make_known("Fog")
    film = make_known("Fog Over Town", format="movie", episodes=1)
    assert find("Fog Over Town", None, None) == (film.name, 1)
    assert (find("Fog", None, None), find("Fog Over Town", 1, 1)) == (None, None)


@pytest.mark.parametrize(
    ("year", "is_found"), [(None, True), (1997, True), (1996, False), (2000, True), (2001, False), (2021, False)]
)
def test_a_remake_of_another_year_is_not_the_title(find, make_known, year, is_found):
    make_known("Fog", season_year=1998, started_on="1998-04-03", ended_on="1999-04-24", episodes=26)
    assert (find("Fog", 1, 1, year=year) is not None) == is_found


def test_a_running_show_has_no_last_year(find, make_known):
    make_known("Fog", season_year=1999, episodes=None)
    assert find("Fog", 1, 1050, year=2022) == ("Fog", 1050)


class TestSeasons:
    def test_a_later_season_by_the_number_in_its_name(self, find, make_story):
        make_story(("Fog", 12), ("Fog 2nd Season", 13), ("Fog III", 11))
        assert find("Fog", 2, 13) == ("Fog 2nd Season", 13)
        assert find("Fog", 3, 1) == ("Fog III", 1)
        assert (find("Fog", 2, 14), find("Fog", 4, 1)) == (None, None)

    def test_episodes_that_are_counted_on(self, find, make_story):
        make_story(("Fog", 12), ("Fog 2nd Season", 13), ("Fog III", 11))
        assert find("Fog", 1, 12) == ("Fog", 12)
        assert find("Fog", 1, 13) == ("Fog 2nd Season", 1)
        assert find("Fog", 1, 36) == ("Fog III", 11)
        assert find("Fog", 1, 37) is None

    def test_a_season_in_two_halves(self, find, make_story):
        make_story(("Fog", 12), ("Fog Season 2", 12), ("Fog Season 2 Part 2", 10), ("Fog Season 3", 12))
        assert find("Fog", 2, 12) == ("Fog Season 2", 12)
        assert find("Fog", 2, 13) == ("Fog Season 2 Part 2", 1)
        assert (find("Fog", 2, 23), find("Fog", 3, 1)) == (None, ("Fog Season 3", 1))

    def test_the_second_of_two_without_a_number(self, find, make_story):
        make_story(("Fog", 12), ("Fog Returns", 12))
        assert find("Fog", 2, 4) == ("Fog Returns", 4)

    def test_of_three_without_numbers_none_is_certain(self, find, make_story):
        make_story(("Fog", 12), ("Fog Returns", 12), ("Fog Forever", 12))
        assert (find("Fog", 2, 4), find("Fog", 3, 4)) == (None, None)

    def test_a_season_of_its_own_name(self, find, make_story):
        make_story(("Fog", 12), ("Fog 2nd Season", 13))
        assert find("Fog 2nd Season", 1, 2) == ("Fog 2nd Season", 2)
        assert find("Fog 2nd Season", 2, 2) == ("Fog 2nd Season", 2)
        assert find("Fog 2nd Season", 3, 2) is None

    def test_the_id_of_the_season_itself(self, find, make_story):
        second = make_story(("Fog", 12), ("Fog 2nd Season", 13))[1]
        ExternalId.objects.create(title=second, provider="anilist", medium="anime", value="8")
        assert find("Fog", 2, 3, ids={"anilist": "8"}) == ("Fog 2nd Season", 3)
        assert find("Fog", 3, 3, ids={"anilist": "8"}) is None

    def test_a_part_of_unknown_length_ends_the_count(self, find, make_story):
        make_story(("Fog", 12), ("Fog 2nd Season", None), ("Fog III", 11))
        assert find("Fog", 1, 13) is None

    def test_two_sequels_of_one_part_are_not_in_one_line(self, find, make_story, make_known):
        first = make_story(("Fog", 12), ("Fog 2nd Season", 13))[0]
        other = make_known("Fog 2", episodes=12, season_year=2013, franchise_entry=first)
        Relation.objects.create(from_title=first, to_title=other, kind="sequel")
        assert (find("Fog", 2, 1), find("Fog", 1, 13), find("Fog", 1, 12)) == (None, None, ("Fog", 12))

    def test_a_gap_in_the_catalogue_ends_the_count(self, find, make_story):
        _first, second, _third, _fourth = make_story(("Fog", 12), ("Fog 2", 13), ("Fog 3", 11), ("Fog 4", 12))
        Title.objects.filter(pk=second.pk).update(is_adult=True)  # the member doesn't see it
        assert (find("Fog", 1, 13), find("Fog", 3, 1)) == (None, None)
        assert find("Fog 3", 1, 11) == ("Fog 3", 11)

    def test_a_prequel_that_was_released_later_does_not_make_it_the_second(self, find, make_story, make_known):
        first = make_story(("Fog", 12), ("Fog 2nd Season", 13))[0]
        zero = make_known("Fog 0", format="movie", episodes=1, season_year=2015, franchise_entry=first)
        Relation.objects.create(from_title=first, to_title=zero, kind="prequel")
        assert find("Fog", 2, 3) == ("Fog 2nd Season", 3)

    def test_a_series_that_is_no_sequel_is_no_season(self, find, make_story, make_known):
        first = make_story(("Fog", 12))[0]
        make_known("Fog 2", episodes=12, season_year=2013, franchise_entry=first)
        assert find("Fog", 2, 1) is None

    def test_films_and_specials_are_no_seasons(self, find, make_story):
        titles = make_story(("Fog", 12), ("Fog: The Film", 1), ("Fog Returns", 12))
        Title.objects.filter(pk=titles[1].pk).update(format="movie")
        assert find("Fog", 2, 4) == ("Fog Returns", 4)
        assert find("Fog", 1, 13) == ("Fog Returns", 1)
        assert TitleName.objects.count() == 3
