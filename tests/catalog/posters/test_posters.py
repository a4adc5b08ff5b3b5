from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.models import Tag, Title
from catalog.posters.drawing import (
    LOOKS,
    MARGIN,
    MOST_LINES,
    SIZES,
    Sheet,
    draw,
    ems,
    fit,
    poster,
    poster_etag,
    poster_version,
)
from catalog.posters.patterns import WIDTH

SVG = "{http://www.w3.org/2000/svg}"
PLAIN = Sheet(name="Mokomoko", native="もこもこ", footer="TV · 2019", tags=("Comedy",))


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@settings(deadline=None)  # drawing time depends on the machine
@given(st.text(max_size=120), st.text(max_size=60), st.lists(st.sampled_from([*LOOKS, "Sorcery"]), max_size=3))
def test_any_text_gives_a_well_formed_picture(name: str, native: str, tags: list[str]) -> None:
    root = ElementTree.fromstring(draw(Sheet(name, native, "TV", tuple(tags))))

    assert root.tag == f"{SVG}svg"


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_names_are_set_within_the_margins(name: str) -> None:
    size, lines = fit(name)

    assert size in SIZES
    assert len(lines) <= MOST_LINES
    assert [line for line in lines if ems(line) * size > WIDTH - 2 * MARGIN + size] == []


def test_it_shows_name_native_name_and_facts() -> None:
    assert texts(draw(PLAIN)) == ["もこもこ", "Mokomoko", "TV · 2019"]


def test_markup_in_a_name_is_text() -> None:
    svg = draw(Sheet(name='<b>"Q" & A</b>', native="", footer="", tags=()))

    assert ElementTree.fromstring(svg).get("aria-label") == '<b>"Q" & A</b>'
    assert texts(svg)[0].replace(" ", "") == '<b>"Q"&A</b>'


def test_a_short_name_is_set_larger_than_a_long_one() -> None:
    long = "The Very Long Story of a Cloud That Went to School and Would Not Come Back Before Supper"

    assert fit("K") == (SIZES[0], ["K"])
    assert fit(long)[0] < fit("Mokomoko no Uta")[0]
    assert fit(long * 3)[1][-1].endswith("…")


def test_the_same_data_gives_the_same_picture_and_other_data_another() -> None:
    assert draw(PLAIN) == draw(PLAIN)
    assert (
        len({draw(Sheet(f"Title {number}", "", "", ("Drama",))).replace(f"Title {number}", "") for number in range(9)})
        == 9
    )


@pytest.mark.parametrize("tag", LOOKS)
def test_every_genre_has_its_look(tag: str) -> None:
    assert draw(Sheet("Mokomoko", "", "", (tag,))) != draw(Sheet("Mokomoko", "", "", ()))


@pytest.mark.django_db
def test_a_poster_needs_nothing_beyond_a_card(make_title, django_assert_num_queries) -> None:
    title = make_title("Mokomoko", name_native="もこもこ", season_year=2019)
    title.tags.add(Tag.objects.create(kind="genre", name="Horror", slug="horror"))

    with django_assert_num_queries(1):
        [card] = Title.objects.for_cards()
        svg, etag = poster(card), poster_etag(card)

    assert svg == draw(Sheet("Mokomoko", "もこもこ", "TV · 2019", ("Horror",)))
    assert etag == f'"{poster_version(card)}"'


@pytest.mark.django_db
def test_the_version_changes_with_what_is_drawn_and_with_nothing_else(make_title) -> None:
    title = make_title("Mokomoko", season_year=2019)
    before = poster_version(title)

    title.score = 9.1
    assert poster_version(title) == before
    title.season_year = 2020
    assert poster_version(title) != before
