from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social.review_reading.stated import overall_score, stated_scores


def found(text):
    return [(one.aspect, one.score) for one in stated_scores(text)]


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("A solid 8/10 for me.", [("", 8)]),
        ("9.5/10", [("", 9.5)]),
        ("9,5 / 10", [("", 9.5)]),
        ("I give it a 7 out of 10.", [("", 7)]),
        ("nine? No: 9 out of ten", [("", 9)]),
        ("I'd rate this show a 6.", [("", 6)]),
        ("Story: 8", [("story", 8)]),
        ("Story 8/10, Art 9/10, Sound: 7.5/10", [("story", 8), ("art", 9), ("sound", 7.5)]),
        ("Characters (4)\nEnjoyment - 10", [("characters", 4), ("enjoyment", 10)]),
        ("8/10 for the music", [("sound", 8)]),
        ("Season 2: 9/10", [("", 9)]),
        ("Overall: 10", [("overall", 10)]),
        ("Musik: 8/10", [("sound", 8)]),
    ],
)
def test_reads_scores_and_what_they_are_of(text, scores):
    assert found(text) == scores


@pytest.mark.parametrize(
    "text",
    [
        "Up to episode 8/10 it was good.",
        "I watched 8/10 episodes.",
        "8 of 10 people agree.",
        "Finished 3/10/2020.",
        "2020/8/10",
        "on 3/10 it began",
        "I gave it 12 episodes.",
        "I give it 3 stars.",
        "The score: 90%",
        "13/10",
        "8/100",
        "chapter 7/10",
        "The story has 3 parts.",
        "It aired at 8:10.",
        "A rating of 8/10 of the time",
    ],
)
def test_reads_no_number_of_another_thing(text):
    assert found(text) == []


def test_the_last_score_of_the_whole_counts():
    assert overall_score(stated_scores("At first 9/10. Story: 8. Overall: 6. Others say 10/10.")) == 6
    assert overall_score(stated_scores("At first 9/10. In the end 4/10.")) == 4
    assert overall_score(stated_scores("Story: 8")) is None


@pytest.mark.property
@given(st.sampled_from(["episode", "Ep.", "chapter", "season", "vol."]), st.integers(0, 10), st.text(max_size=20))
def test_never_reads_where_somebody_is(thing, number, rest):
    text = f"I am at {thing} {number}/10"
    assert found(text) == []
    assert all(start < end <= len(text + rest) for start, end in (one.span for one in stated_scores(text + rest)))


@pytest.mark.property
@given(st.dates())
def test_never_reads_a_date(date):
    assert found(f"{date.day}/{date.month}/{date.year}") == []
    assert found(date.isoformat()) == []
    assert found(f"{date:%Y/%m/%d}") == []


@pytest.mark.property
@given(st.text(alphabet="0123456789/. oute10f:storyart-", max_size=60))
def test_scores_are_between_0_and_10(text):
    assert all(0 <= one.score <= 10 for one in stated_scores(text))


@pytest.mark.property
@given(st.integers(0, 20), st.sampled_from(["/10", " / 10", " out of 10", "/10."]))
def test_a_score_is_read_as_it_is_written(half_points, scale):
    assert found(f"My verdict is this. {half_points / 2:g}{scale}") == [("", half_points / 2)] or found(
        f"My verdict is this. {half_points / 2:g}{scale}"
    ) == [("overall", half_points / 2)]
