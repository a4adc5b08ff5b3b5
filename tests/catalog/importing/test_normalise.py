from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anirec.lib.partial_dates import MONTHS, PartialDate
from catalog.importing.parsers import normalise, vocabulary
from catalog.importing.parsers.base import SourceTag, SourceTitle


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("TV", "tv"), ("TV_SHORT", "tv_short"), ("MOVIE", "movie"), ("TV Special", "special"), ("ONA", "ona"),
        ("tv_special", "special"),
        ("PV", "commercial"), ("CM", "commercial"), ("Music", "music"), ("Unknown", None), ("UNKNOWN", None),
        (None, None),
    ],
)  # fmt: skip
def test_types(theirs: str | None, ours: str | None) -> None:
    assert normalise.title_format(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Finished Airing", "finished"), ("FINISHED", "finished"), ("RELEASING", "airing"), ("ONGOING", "airing"),
        ("Currently Airing", "airing"), ("NOT_YET_RELEASED", "upcoming"), ("UPCOMING", "upcoming"),
        ("Not yet aired", "upcoming"), ("CANCELLED", "cancelled"), ("UNKNOWN", None), ("HIATUS", "airing"),
        ("current", "airing"), ("tba", "upcoming"), ("unreleased", "upcoming"), ("anons", "upcoming"),
        ("released", "finished"), ("not_yet_aired", "upcoming"), ("Aborted", "cancelled"),
    ],
)  # fmt: skip
def test_statuses(theirs: str, ours: str | None) -> None:
    assert normalise.status(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Spring 1998", ("spring", 1998)), ("WINTER 2025", ("winter", 2025)), ("fall 2026", ("fall", 2026)),
        ("None None", (None, None)), ("UNDEFINED", (None, None)), ("SUMMER", ("summer", None)),
        ("Unknown", (None, None)),
        ("None 1998", (None, 1998)),
    ],
)  # fmt: skip
def test_seasons(theirs: str, ours: tuple[str | None, int | None]) -> None:
    assert normalise.season(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "seconds"),
    [
        ("24 min. per ep.", 1440), ("1 hr. 55 min.", 6900), ("2 hr.", 7200), ("30 sec.", 30), ("45 sec. per ep.", 45),
        ("1 hr. 1 min. per ep.", 3660), ("Unknown", None), ("", None), ("0 min.", None),
        ("24 min per ep", 1440), ("1h 22m", 4920), ("24m", 1440),
    ],
)  # fmt: skip
def test_durations(theirs: str, seconds: int | None) -> None:
    assert normalise.duration(theirs) == seconds


@pytest.mark.parametrize(
    ("theirs", "start", "end"),
    [
        ("Apr 3, 1998 to Apr 24, 1999", "1998-04-03", "1999-04-24"),
        ("Oct 20, 1999 to ?", "1999-10-20", None),
        ("2005", "2005", "2005"),
        ("Apr, 2013", "2013-04", "2013-04"),
        ("Apr 2023 to ?", "2023-04", None),
        ("Not available", None, None),
        ("2021 to ?", "2021", None),
        ("Unknown", None, None),
    ],
)
def test_aired(theirs: str, start: str | None, end: str | None) -> None:
    assert normalise.aired(theirs) == tuple(PartialDate.parse(day) if day else None for day in (start, end))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("2016-07-03", PartialDate(2016, 7, 3)), ("2016-07-03T00:00:00+00:00", PartialDate(2016, 7, 3)),
        ("1971-01-01", PartialDate(1971)), ("2026-10-01", PartialDate(2026, 10, 1)), (None, None),
    ],
)  # fmt: skip
def test_a_date_of_the_first_of_january_stands_for_the_year(theirs: str | None, ours: PartialDate | None) -> None:
    assert normalise.iso_date(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("G - All Ages", "g"), ("PG - Children", "pg"), ("PG-13 - Teens 13 or older", "pg_13"), ("R+", "r_plus"),
        ("R - 17+ (violence & profanity)", "r_17"), ("R+ - Mild Nudity", "r_plus"), ("Rx - Hentai", "rx"),
        ("R", "r_17"), ("r+", "r_plus"), ("rx", "rx"), ("pg_13", "pg_13"), ("R18", "rx"), ("r_plus", "r_plus"),
        ("Unknown", None), ("None", None),
    ],
)  # fmt: skip
def test_age_ratings(theirs: str, ours: str | None) -> None:
    assert normalise.age_rating(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("4-koma manga", "four_koma"), ("LIGHT_NOVEL", "light_novel"), ("VIDEO_GAME", "game"),
        ("Digital manga", "web_manga"), ("4_koma_manga", "four_koma"), ("LIVE_ACTION", "other"),
        ("Unknown", None), ("MULTIMEDIA_PROJECT", "mixed"),
    ],
)  # fmt: skip
def test_source_material(theirs: str, ours: str | None) -> None:
    assert normalise.source_material(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("SPIN_OFF", "spin_off"), ("alternative_version", "alternative"), ("PARENT", "parent_story"),
        ("COMPILATION", "summary"), ("CONTAINS", "full_story"), ("SOURCE", "adaptation"), ("?", "related"),
        ("sworn enemy", "related"), (None, "related"),
    ],
)  # fmt: skip
def test_relations(theirs: str | None, ours: str) -> None:
    assert normalise.relation(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "out_of", "ours"),
    [("8.78", 10, 8.78), (71.0, 100, 7.1), ("Unknown", 10, None), ("0", 10, None), ("nan", 10, None), (3, 100, 1.0)],
)
def test_scores(theirs: object, out_of: int, ours: float | None) -> None:
    assert normalise.score(theirs, out_of) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Shounen", SourceTag("Shounen", "demographic")), ("sci fi", SourceTag("Sci-Fi", "genre")),
        ("Sci-Fi", SourceTag("Sci-Fi", "genre")), ("slice of life", SourceTag("Slice of Life", "genre")),
        ("Thriller", SourceTag("Suspense", "genre")), ("Shoujo Ai", SourceTag("Girls Love", "genre")),
        ("Dementia", SourceTag("Avant Garde", "genre")), ("Cars", SourceTag("Racing", "theme")),
        ("Hentai", SourceTag("Hentai", "genre", True)), ("swordplay", SourceTag("Swordplay", "tag")),
        ("LGBTQ+ Themes", SourceTag("LGBTQ+ Themes", "tag")),
    ],
)  # fmt: skip
def test_a_word_has_one_name_and_one_kind_whatever_list_it_stands_in(theirs: str, ours: SourceTag) -> None:
    assert normalise.tag(theirs) == ours


def test_two_spellings_of_a_word_are_one_tag() -> None:
    assert normalise.tags(["Sci Fi", "SCI-FI", "Thriller", "Suspense"]) == (
        SourceTag("Sci-Fi", "genre"),
        SourceTag("Suspense", "genre"),
    )


def test_every_renamed_word_leads_to_one_we_have() -> None:
    ours = {name for name, _, _ in vocabulary.KNOWN_TAGS.values()}

    assert {new for new in vocabulary.RENAMED.values() if new not in ours} == set()


def test_a_synopsis_keeps_its_text_and_paragraphs_and_loses_its_markup() -> None:
    theirs = 'A <i>hero</i> &amp; a <b class="x">cat</b>.<br><br />\nThe end: 1 < 2.<br>\n\n\n(Source: X)'

    assert normalise.markup_to_text(theirs) == "A hero & a cat.\n\nThe end: 1 < 2.\n\n(Source: X)"


@pytest.mark.parametrize(
    ("function", "text", "message"),
    [
        (normalise.title_format, "Opera", "type: 'Opera'"),
        (normalise.duration, "24 parsecs", "duration: '24 parsecs'"),
        (normalise.aired, "Foo 3, 1998", "aired: 'Foo 3, 1998'"),
        (normalise.aired, "Feb 30, 1998", "1998-02 has no day 30"),
        (normalise.season, "Rainy 1998", "season: 'Rainy 1998'"),
        (normalise.score, "eleven", "score: 'eleven'"),
        (normalise.score, "11", "score: 11 is not between"),
        (normalise.age_rating, "U", "age rating: 'U' is not an age rating we know"),
        (normalise.duration, "24 months", "duration: '24 months'"),
        (normalise.iso_moment, "tomorrow", "'tomorrow' is not a point in time"),
        (normalise.web_address, "javascript:x", "'javascript:x' is not a web address"),
    ],
)
def test_what_cannot_be_understood_is_named(function, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        function(text)


def test_an_id_has_as_many_digits_as_the_database_holds() -> None:
    assert normalise.identifier("2147483647", "id") == "2147483647"
    with pytest.raises(ValueError, match="id: '2147483648' is too large"):
        normalise.identifier("2147483648", "id")


def test_a_row_without_odd_fields_keeps_the_others_and_says_why() -> None:
    remarks: list[str] = []

    row = SourceTitle.without_odd_fields(
        remarks, source="kitsu", row=1, external_ids={"kitsu": "1"}, name="x" * 301, episodes=99_999, members=5,
        score=0.5, cover_url="https://img.example/" + "x" * 500,
    )  # fmt: skip

    assert row == SourceTitle(source="kitsu", row=1, external_ids={"kitsu": "1"}, name=None, members=5)
    assert remarks == [
        "episodes: 99999 is not between 0 and 32767",
        "the score 0.5 is not between 1 and 10",
        f"the name '{'x' * 40}'… is longer than 300 characters",
        "the cover's URL is longer than 500 characters",
    ]


@given(st.dates(min_value=date(1900, 1, 1)), st.sampled_from(["day", "month", "year"]))
def test_every_date_is_read_back_as_it_was_written(day: date, precision: str) -> None:
    month = MONTHS[day.month - 1]
    text, known = {
        "day": (f"{month} {day.day}, {day.year}", PartialDate(day.year, day.month, day.day)),
        "month": (f"{month}, {day.year}", PartialDate(day.year, day.month)),
        "year": (f"{day.year}", PartialDate(day.year)),
    }[precision]

    assert normalise.aired(text) == (known, known)
    assert normalise.aired(f"{text} to ?") == (known, None)


@given(st.integers(1, 40), st.integers(0, 59), st.booleans())
def test_every_length_is_read_back_as_it_was_written(hours: int, minutes: int, is_series: bool) -> None:
    text = f"{hours} hr. {minutes} min.{' per ep.' if is_series else ''}"

    assert normalise.duration(text) == hours * 3600 + minutes * 60


@pytest.mark.parametrize(
    "function",
    [
        normalise.aired, normalise.duration, normalise.season, normalise.score, normalise.iso_date,
        normalise.title_format,
        normalise.status, normalise.age_rating, normalise.source_material, normalise.markup_to_text, normalise.name,
    ],
)  # fmt: skip
@given(text=st.text(max_size=40))
def test_any_text_is_understood_or_refused_with_a_reason(function, text: str) -> None:
    try:
        function(text)
    except ValueError as error:  # anything else fails the test
        reason = str(error)
    else:
        reason = "none needed"
    assert reason.strip()


@given(st.text())
def test_no_name_holds_what_the_database_refuses(text: str) -> None:
    name = normalise.name(text) or ""

    assert "\x00" not in name
    assert name == " ".join(name.split())
