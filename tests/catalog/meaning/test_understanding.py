"""Filters that a question says in words."""

import pytest

from catalog.meaning.understanding import understand
from catalog.models import Tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tags(make_title):
    for kind, name in (("genre", "Comedy"), ("theme", "School"), ("theme", "Vampire"), ("genre", "Drama")):
        make_title(f"One with {name}").tags.add(Tag.objects.create(kind=kind, name=name, slug=name.lower()))
    adult = Tag.objects.create(kind="genre", name="Hentai", slug="hentai", is_adult=True)
    make_title("Adult", is_adult=True).tags.add(adult)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("a funny movie", ["tag:comedy", "format:movie"]),
        ("Komödien mit kurzen Folgen", ["tag:comedy", "minutes_max:15"]),
        ("finished vampires from the 90s", ["status:finished", "tag:vampire", "year_min:1990", "year_max:1999"]),
        ("traurige Filme seit 2015", ["tag:drama", "format:movie", "year_min:2015"]),
        ("comedies before 2000 without school", ["tag:comedy", "year_max:1999", "tag_not:school"]),
        ("Komödie ohne Vampire", ["tag:comedy", "tag_not:vampire"]),
        ("spring 2019", ["season_from:2019-spring", "season_to:2019-spring"]),
        ("Herbst 2020", ["season_from:2020-fall", "season_to:2020-fall"]),
        ("a boy and his dog", []),
        ("", []),
        ("🙂🙂", []),
    ],
)
def test_a_question_says_tags_years_and_formats_in_two_languages(question, said):
    assert [one.key for one in understand(question, None)] == said


def test_adult_tags_are_only_understood_for_those_who_may_see_them(make_member):
    assert understand("hentai", None) == []
    assert [one.key for one in understand("hentai", make_member("grown", shows_adult=True))] == ["tag:hentai"]
