from __future__ import annotations

import pytest

from anirec.lib.partial_dates import PartialDate
from catalog.franchises.timeline import timeline
from catalog.franchises.watch_order import up_to, watch_order
from catalog.models import Title
from catalog.title_page.score_bars import mean_score, score_bars

TODAY = PartialDate(2026, 11, 22)


def part(pk: int, name: str, started: str, **fields) -> Title:
    return Title(
        pk=pk, name=name, **{"format": "tv", "status": "finished", **fields}, started_on=PartialDate.parse(started)
    )


SERIES = part(1, "Kumo", "2010-04-01", ended_on=PartialDate(2011, 3, 20))
FILM = part(2, "Kumo the Movie", "2012-08", format="movie")
SECOND = part(3, "Kumo 2", "2014", status="airing")
OVA = part(4, "Kumo OVA", "2011-05", format="ova")
RECAP = part(5, "Kumo in 90 Minutes", "2011-06", format="movie")
ZERO = part(6, "Kumo Zero", "2016", format="tv")
REMAKE = part(7, "Kumo: Another Sky", "2020", format="tv")
SONG = part(8, "Kumo no Uta", "2010-05", format="music")
UNDATED = part(9, "Kumo 3", "", status="upcoming")


def test_parts_come_by_release_each_with_what_it_is():
    parts = [UNDATED, REMAKE, ZERO, SONG, RECAP, OVA, SECOND, FILM, SERIES]
    links = [(1, 3, "sequel"), (3, 1, "prequel"), (1, 5, "summary"), (1, 6, "prequel"), (1, 7, "alternative"),
             (7, 1, "alternative"), (1, 2, "side_story")]  # fmt: skip

    steps = watch_order(parts, links)

    assert [(step.number, step.title.name, str(step.role.label)) for step in steps] == [
        (1, "Kumo", "Main story"),
        (2, "Kumo OVA", "Extra"),
        (None, "Kumo in 90 Minutes", "Recap"),
        (3, "Kumo the Movie", "Side story"),
        (4, "Kumo 2", "Main story"),
        (5, "Kumo Zero", "Main story"),
        (None, "Kumo: Another Sky", "Alternative version"),
        (6, "Kumo 3", "Main story"),
    ]


@pytest.mark.parametrize("name", ["Kumo Recap", "Kumo: Soushuuhen", "Kumo Digest"])
def test_a_recap_is_known_by_its_name(name):
    (step,) = watch_order([part(1, name, "2010")], [])
    assert (str(step.role), step.is_optional) == ("recap", True)


def test_of_two_versions_the_first_is_the_main_story():
    steps = watch_order([REMAKE, SERIES], [(1, 7, "alternative"), (7, 1, "alternative")])
    assert [(step.title, step.number) for step in steps] == [(SERIES, 1), (REMAKE, None)]


def test_up_to_a_part_is_what_came_before_without_what_can_be_left_out():
    order = watch_order([SERIES, OVA, RECAP, FILM, SECOND], [(1, 5, "summary"), (1, 3, "sequel")])

    assert up_to(order, FILM) == [SERIES, OVA, FILM]
    assert up_to(order, RECAP) == [SERIES, OVA, RECAP]
    assert up_to(order, ZERO) == []


def test_years_are_drawn_to_scale_in_lanes():
    drawn = timeline([SERIES, FILM, SECOND, OVA, SONG, UNDATED], TODAY)

    assert [str(name) for name, _ in drawn.lanes] == ["Series", "Films", "Other"]
    marks = {mark.title.name: mark for mark in drawn.marks}
    assert set(marks) == {"Kumo", "Kumo the Movie", "Kumo 2", "Kumo OVA"}
    assert marks["Kumo"].x < marks["Kumo OVA"].x < marks["Kumo the Movie"].x < marks["Kumo 2"].x
    assert marks["Kumo"].y == marks["Kumo 2"].y < marks["Kumo the Movie"].y < marks["Kumo OVA"].y
    assert marks["Kumo 2"].width > 10 * marks["Kumo"].width  # on air to this day
    assert all(mark.x + mark.width <= drawn.width for mark in drawn.marks)
    assert [year for year, _ in drawn.years] == [2010, 2012, 2014, 2016, 2018, 2020, 2022, 2024, 2026]


def test_two_parts_are_not_worth_a_picture():
    assert timeline([SERIES, FILM, SONG, UNDATED], TODAY) is None


def test_parts_of_one_day_have_a_picture_too():
    same = [part(number, "Kumo", "2010-04-01") for number in (1, 2, 3)]
    assert len(timeline(same, TODAY).marks) == 3


def test_scores_are_bars():
    assert score_bars([0] * 10) == score_bars([]) == []
    assert mean_score([0] * 10) is None
    assert mean_score([0] * 7 + [1, 0, 1]) == 9
