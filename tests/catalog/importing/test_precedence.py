"""Which of several sources' values a title has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers.files import FORMATS
from catalog.importing.precedence import FIELDS, SOURCES, Candidate, choose, order_of, require_source
from catalog.importing.records import OWN_PROVIDERS

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        source=st.sampled_from(sorted(SOURCES)),
        value=st.integers(0, 3),
        as_of=st.one_of(st.none(), st.integers(0, 1500).map(lambda days: NOW - timedelta(days=days))),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.source,
)


def chosen(field: str, *candidates: tuple) -> str:
    return choose(field, [Candidate(*one) for one in candidates]).source


def test_every_format_and_every_catalogue_has_a_place() -> None:
    for source in (*FORMATS, *OWN_PROVIDERS):
        require_source(source)
    for field in FIELDS:
        assert order_of(field).keys() - {""} == SOURCES


@pytest.mark.parametrize(
    ("field", "candidates", "source"),
    [
        ("name", [("anilist", "A"), ("jikan", "B"), ("myanimelist", "C")], "myanimelist"),
        ("name", [("myanimelist", "A"), ("staff", "B")], "staff"),
        ("episodes", [("mal-2020", 12), ("kitsu", 13)], "kitsu"),
        ("members", [("anilist", 9), ("mal-2020", 5)], "mal-2020"),
        ("next_airing_at", [("jikan", NOW), ("anilist", NOW)], "anilist"),
        ("is_adult", [("jikan", False), ("sample", True)], "sample"),
        ("is_adult", [("sample", False), ("jikan", False)], "jikan"),
        ("started_on", [("jikan", PartialDate(2019)), ("anilist", PartialDate(2019, 4, 3))], "anilist"),
        ("started_on", [("jikan", PartialDate(2018)), ("anilist", PartialDate(2019, 4, 3))], "jikan"),
        ("status", [("jikan", "airing", NOW - timedelta(days=89)), ("sample", "finished", NOW)], "jikan"),
        ("status", [("jikan", "airing", NOW - timedelta(days=91)), ("sample", "finished", NOW)], "sample"),
        ("status", [("jikan", "airing", None), ("sample", "finished", NOW)], "jikan"),
        ("name", [("jikan", "A", NOW - timedelta(days=900)), ("sample", "B", NOW)], "jikan"),
        ("score", [("jikan", 7, NOW - timedelta(days=900)), ("shikimori", 8, NOW)], "shikimori"),
        ("score", [("jikan", 7, NOW - timedelta(days=900)), ("anilist", 8, NOW)], "jikan"),
    ],
)
def test_trust_decides_and_age_before_trust(field: str, candidates: list, source: str) -> None:
    assert chosen(field, *candidates) == chosen(field, *reversed(candidates)) == source


@pytest.mark.property
@given(st.sampled_from(FIELDS), CANDIDATES, st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order(field: str, candidates: list[Candidate], random) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert choose(field, shuffled) == choose(field, candidates)
