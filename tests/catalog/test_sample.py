"""The sample catalogue is complete, and agrees with the real catalogues if they are available."""

from __future__ import annotations

import re

import pytest

from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.files import jikan, mal_2020, sample
from catalog.search.keys import search_key
from tests.catalog.shared import shared_file

MAL_ID = "mal"


@pytest.fixture(scope="module")
def titles() -> dict[str, SourceTitle]:
    return {row.external_ids[MAL_ID]: row for row in sample.read(sample.PATH) if isinstance(row, SourceTitle)}


@pytest.fixture(scope="module")
def real_titles() -> dict[str, list[SourceTitle]]:
    """Return the real catalogues' rows by MyAnimeList id."""
    found: dict[str, list[SourceTitle]] = {}
    for module, name in ((mal_2020, "mal_2020_anime.csv.gz"), (jikan, "mal_seasonal_2026.parquet")):
        for row in module.read(shared_file(name)):
            if isinstance(row, SourceTitle):
                found.setdefault(row.external_ids[MAL_ID], []).append(row)
    return found


def test_every_row_is_read(titles: dict[str, SourceTitle]) -> None:
    assert len(titles) == len(list(sample.read(sample.PATH))) >= 300


def test_every_title_says_all_that_a_card_and_a_page_show(titles: dict[str, SourceTitle]) -> None:
    needed = ("name", "format", "status", "episode_seconds", "started_on", "source_material", "age_rating", "score",
              "members", "synopsis", "tags", "studios")  # fmt: skip
    lacking = {row.name: [field for field in needed if not getattr(row, field)] for row in titles.values()}

    assert {name: fields for name, fields in lacking.items() if fields} == {}


def test_manga_and_light_novels_lead_to_anime_of_the_sample(titles: dict[str, SourceTitle]) -> None:
    read = [row for row in sample.read(sample.MANGA_PATH) if isinstance(row, SourceTitle)]

    assert len(read) == len(list(sample.read(sample.MANGA_PATH))) >= 36
    assert {relation.value for row in read for relation in row.relations} - set(titles) == set()
    assert [row.name for row in read if not (row.credits and row.started_on and row.synopsis and row.tags)] == []
    assert {row.medium for row in read} == {"manga", "light_novel"}


def test_descriptions_are_one_or_two_sentences(titles: dict[str, SourceTitle]) -> None:
    assert [row.name for row in titles.values() if not re.fullmatch(r"[A-Z].{15,220}[.?!]", row.synopsis or "")] == []


def test_there_are_no_adult_titles(titles: dict[str, SourceTitle]) -> None:
    assert [row.name for row in titles.values() if any(tag.is_adult for tag in row.tags)] == []


def test_relations_lead_to_titles_of_the_sample(titles: dict[str, SourceTitle]) -> None:
    ends = {relation.value for row in titles.values() for relation in row.relations}

    assert ends - set(titles) == set()


def test_it_agrees_with_the_real_catalogues(
    titles: dict[str, SourceTitle], real_titles: dict[str, list[SourceTitle]]
) -> None:
    disagreements = [
        (row.name, field, ours, theirs)
        for mal_id, row in titles.items()
        for field, ours, theirs in compare(row, real_titles.get(mal_id, []))
    ]

    assert disagreements == []
    assert set(titles) - set(real_titles) == set()


def compare(row: SourceTitle, real: list[SourceTitle]) -> list[tuple[str, object, set[object]]]:
    """Return the fields in which no real catalogue agrees with the sample.

    Ignores values that no catalogue has, and catalogues that list the title as upcoming.
    """
    real = [other for other in real if other.status != "upcoming"]
    facts: list[tuple[str, object, set[object]]] = [
        ("name", search_key(row.name or ""), {search_key(other.name or "") for other in real}),
        ("format", row.format, {other.format for other in real}),
        ("episodes", row.episodes, {other.episodes for other in real}),
        ("year", row.started_on and row.started_on.year, {o.started_on.year for o in real if o.started_on}),
        ("season", (row.season, row.season_year), {(o.season, o.season_year) for o in real if o.season}),
    ]
    return [(field, ours, theirs) for field, ours, theirs in facts if theirs - {None} and ours not in theirs]


def test_the_seasons_agree_with_the_real_catalogues(real_titles: dict[str, list[SourceTitle]]) -> None:
    rows = [row for row in sample.read(sample.SEASONS_PATH) if isinstance(row, SourceTitle)]
    disagreements = [
        (row.name, field, ours, theirs)
        for row in rows
        for field, ours, theirs in compare(row, real_titles[row.external_ids[MAL_ID]])
    ]

    assert disagreements == []
    assert len(rows) == 40
