from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers.base import RejectedRow, SourceRelation, SourceTitle
from catalog.importing.parsers.recognise import KINDS, Sample, parse, recognise
from catalog.importing.parsers.services import anilist, jikan, kitsu, myanimelist
from catalog.importing.parsers.services.answers import Answer, AnswerError
from tests.catalog.importing.parsers import samples
from tests.catalog.shared import shared_file

# Each recorded answer: its kind, and its numbers of titles and refused rows, or a part of the sentence that refuses it.
RECORDED: dict[str, tuple[str, tuple[int, int] | str]] = {
    "README.md": ("Text", "a text, not an answer"),
    "anilist/media.json": ("AniList · title", (1, 0)),
    "anilist/media.meta.json": ("Notes", "status and headers"),
    "anilist/page_1.json": ("AniList · titles", (12, 0)),
    "anilist/page_2.json": ("AniList · titles", (0, 0)),
    "anilist/relations.json": ("AniList · related titles", (11, 0)),
    "anilist/recommendations_with_null.json": ("AniList · recommended titles", (2, 1)),
    "anilist/airing_schedule.json": ("AniList · airing schedule", "doesn't say which title"),
    "anilist/studios.json": ("AniList · studios", "doesn't say which title"),
    "anilist/not_found.json": ("AniList · error", "AniList answered with an error: Not Found"),
    "anilist/rate_limited.json": ("AniList · error", "Too Many Requests"),
    "anilist/unavailable.json": ("AniList · error", "has been temporarily disabled"),
    "anilist/list_anilist.json": ("AniList · member's list", "imported from the list page"),
    "jikan/anime_full.json": ("Jikan · titles", (1, 0)),
    "jikan/anime_unknowns.json": ("Jikan · titles", (1, 0)),
    "jikan/seasons_upcoming.json": ("Jikan · titles", (25, 0)),
    "jikan/schedules_2.json": ("Jikan · titles", (1, 0)),
    "jikan/manga_2.json": ("Jikan · manga", (1, 0)),
    "jikan/search_light_novel.json": ("Jikan · manga", (10, 0)),
    "jikan/upstream_down.json": ("Jikan · error", "failed to connect to MyAnimeList"),
    "jikan/episodes.json": ("Jikan · episodes", "doesn't say which title"),
    "jikan/reviews.json": ("Jikan · reviews", "no texts of members"),
    "jikan/statistics.json": ("Jikan · statistics", "doesn't say which title"),
    "jikan/user_updates.json": ("Jikan · members' updates", "not titles"),
    "jikan/genres.json": ("Jikan · genres", "not titles"),
    "jikan/seasons_list.json": ("Jikan · seasons", "not titles"),
    "jikan/recommendations.json": ("Jikan · recommendations", "not titles"),
    "jikan/relations.json": ("Jikan · relations", "doesn't say which title"),
    "jikan/watch_recent_episodes.json": ("Jikan · recent episodes", "not titles"),
    "mal_api_v2/animeDetails.json": ("MyAnimeList API · details", (1, 0)),
    "mal_api_v2/animeSeasonal.json": ("MyAnimeList API · season", (3, 0)),
    "mal_api_v2/animeRanking.json": ("MyAnimeList API · ranking", (6, 0)),
    "mal_api_v2/animeSuggested.json": ("MyAnimeList API · titles", (3, 0)),
    "mal_api_v2/mangaDetails.json": ("MyAnimeList API · details of a manga", (1, 0)),
    "mal_api_v2/mangaRanking.json": ("MyAnimeList API · manga", (6, 0)),
    "mal_api_v2/userMangaList.json": ("MyAnimeList API · member's list", "imported from the list page"),
    "kitsu/type__tv.json": ("Kitsu · titles", (1, 0)),
    "kitsu/list_kitsu_anime.json": ("Kitsu · member's list", "imported from the list page"),
    "id_maps/fribb_sample.json": ("Id map", (0, 300)),
    "offline_database/dead-entries.schema.json": ("JSON schema", "the layout of a file"),
    "mal_html/type__movie.html": ("MyAnimeList · page", (1, 0)),
    "mal_html/catalogue_page.html": ("MyAnimeList · page", "isn't the page of one anime"),
    "anidb_html/episodes__1.html": ("AniDB · page", (1, 0)),
    "anisearch_html/status__completed.html": ("aniSearch · page", (1, 0)),
    "livechart_html/status__ongoing.html": ("LiveChart · page", (1, 0)),
}


def recorded(name: str) -> bytes:
    return shared_file(f"recorded/{name}").read_bytes()


def result(sample: Sample) -> tuple[int, int] | str:
    """Return the numbers of titles and refused rows, or the sentence."""
    try:
        rows = parse(recognise(sample), sample).rows
    except AnswerError as error:
        return str(error)
    refused = sum(isinstance(row, RejectedRow) for row in rows)
    return len(rows) - refused, refused


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers_are_recognised_and_parsed_or_refused(name: str) -> None:
    label, expected = RECORDED[name]
    sample = Sample(recorded(name))

    assert recognise(sample).label == label
    found = result(sample)
    assert found == expected or (isinstance(expected, str) and expected in str(found))


@pytest.mark.parametrize(
    ("label", "body", "expected"),
    [
        ("AniList · next episodes", samples.anilist_page({"id": 1, "nextAiringEpisode": None}), (1, 0)),
        ("Shikimori · titles", samples.shikimori_list(samples.SHIKIMORI_TITLE), (1, 0)),
        ("Kitsu · error", samples.encoded({"errors": [{"title": "Bad", "detail": "Too many"}]}),
         "Kitsu answered with an error: Too many"),
        ("AniDB · titles file", b"# created\n1|1|x-jat|Kumo\n", (1, 0)),
        ("AniDB · titles file", gzip.compress(b"<animetitles><anime/></animetitles>", mtime=0), "holds no titles"),
        ("Offline database", samples.encoded({"data": [{"sources": [], "title": "Kumo"}]}), "import_catalogue"),
        ("Web page", b"<!doctype html><title>Just a moment...</title>", "perhaps of a firewall"),
        ("Unknown JSON", b'{"kumo": 1}', "no service we know answers like this"),
        ("Broken JSON", b'{"data": [{"node"', "broken or truncated JSON"),
        ("Unknown data", b"\x1f\x8bnonsense", "neither JSON, nor a web page, nor a text"),
        ("Unknown data", b"", "neither JSON, nor a web page, nor a text"),
    ],
)  # fmt: skip
def test_other_kinds(label: str, body: bytes, expected: tuple[int, int] | str) -> None:
    sample = Sample(body)

    assert recognise(sample).label == label
    found = result(sample)
    assert found == expected or (isinstance(expected, str) and expected in str(found))


def test_the_address_tells_whose_page_it_is_if_the_page_does_not() -> None:
    assert recognise(Sample(b"<html>", "https://anidb.net/anime/1")).label == "AniDB · page"


def test_each_kind_is_parsed_or_refused_by_a_sentence() -> None:
    assert [kind.label for kind in KINDS if bool(kind.parse) == bool(kind.refusal)] == []
    assert len({kind.label for kind in KINDS}) == len(KINDS)


KEYS = ["data", "node", "media", "id", "title", "type", "errors", "message", "entry", "mal_id", "airing", "attributes",
        "animes", "lists", "status", "main_picture", "relations", "x_id", "list_status", "detail"]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.property
@given(
    st.binary() | json_values.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(["", "https://[", "https://anidb.net/anime/1"]),
)
def test_anything_is_of_some_kind(body: bytes, url: str) -> None:
    assert result(Sample(body, url))


def one(answer: Answer) -> SourceTitle:
    title = answer.rows[0]
    assert isinstance(title, SourceTitle)
    return title


def of_jikan(body: bytes) -> Answer:
    return jikan.parse_titles(body, "https://jikan.example/v4")


@pytest.mark.parametrize(
    ("name", "parser", "expected"),
    [
        ("mal_api_v2/animeDetails.json", myanimelist.parse_details, {
            "external_ids": {"mal": "967"}, "name": "Hokuto no Ken", "name_english": "Fist of the North Star",
            "format": "tv", "episodes": 109, "episode_seconds": 1500, "season": "fall", "season_year": 1984,
            "source_material": "manga", "studios": ("Toei Animation",), "score": None,
        }),
        ("anilist/status__releasing.json", anilist.parse_media, {
            "status": "airing", "next_episode": 206, "next_airing_at": datetime(2023, 4, 30, 9, 0, tzinfo=UTC),
            "studios": ("Cover Corp",),
        }),
        ("anilist/tags__tags.json", anilist.parse_media, {
            "studios": ("Sunrise",),
            "relations": (SourceRelation("anilist", "5", "side_story"),
                          SourceRelation("anilist", "17205", "side_story"),
                          SourceRelation("anilist", "4037", "summary"),
                          SourceRelation("anilist@manga", "30173", "adaptation"),
                          SourceRelation("anilist@manga", "30174", "adaptation")),
        }),
        ("anilist/media.json", anilist.parse_media, {
            "external_ids": {"anilist": "99426", "mal": "35839"}, "episodes": 13, "episode_seconds": 1440,
            "score": 8.4, "members": 145_662, "started_on": PartialDate(2018, 1, 2), "source_material": "original",
        }),
        ("jikan/anime_full.json", of_jikan, {
            "external_ids": {"mal": "457"}, "name": "Mushishi", "name_english": "Mushi-Shi", "name_native": "蟲師",
            "episodes": 26, "episode_seconds": 1500, "started_on": PartialDate(2005, 10, 23),
            "ended_on": PartialDate(2006, 6, 19), "score": 8.67, "scored_by": 260_971, "members": 766_612,
            "broadcast_day": 7, "broadcast_time": time(3, 40), "season": "fall", "season_year": 2005,
            "age_rating": "pg_13", "studios": ("Artland",),
        }),
        ("jikan/anime_unknowns.json", of_jikan, {
            "name": "Sword Art Online", "format": None, "age_rating": None, "season": None, "season_year": 2012,
            "broadcast_day": None, "broadcast_time": time(0, 0), "episodes": 25, "synonyms": ("S.A.O", "SAO"),
        }),
        ("jikan/schedules_2.json", of_jikan, {
            "name": "Hikari~be my light", "status": "airing", "episodes": None, "score": None, "members": None,
            "episode_seconds": 240, "started_on": PartialDate(2020, 1, 17), "ended_on": None,
        }),
        ("kitsu/duration__null.json", kitsu.parse_titles, {
            "external_ids": {"kitsu": "1078"}, "name": "Nintama Rantarou", "name_english": None, "status": "airing",
            "episodes": None, "episode_seconds": None, "ended_on": None, "score": 7.08, "scored_by": 179,
            "members": 638, "age_rating": "g", "studios": ("Ajia-Do",),
        }),
        ("kitsu/type__tv.json", kitsu.parse_titles, {
            "name": "Mirai Nikki (TV)", "synonyms": ("Mirai Nikki", "Mirai Nikki (2011)"), "age_rating": "r_plus",
            "relations": (SourceRelation("kitsu", "6750", "side_story"), SourceRelation("kitsu", "7510", "sequel"),
                          SourceRelation("kitsu", "5344", "alternative")),
        }),
    ],
)  # fmt: skip
def test_values_of_recorded_answers(name: str, parser: Any, expected: dict[str, Any]) -> None:
    title = one(parser(recorded(name)))

    assert {field: getattr(title, field) for field in expected} == expected


def test_upcoming_titles_of_jikan_have_dates_as_precise_as_they_are_known() -> None:
    rows = of_jikan(recorded("jikan/seasons_upcoming.json")).rows

    assert [str(row.started_on or "") for row in rows[:6] if isinstance(row, SourceTitle)] == [
        "", "2023", "2023-01-10", "2023-01", "", "2023-04",
    ]  # fmt: skip
