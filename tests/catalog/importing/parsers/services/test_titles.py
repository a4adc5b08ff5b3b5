"""A title of each service, with every field that is read."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers.base import (
    SourceCredit,
    SourceLink,
    SourceRelation,
    SourceStream,
    SourceTag,
    SourceTheme,
    SourceTitle,
)
from catalog.importing.parsers.services import anilist, jikan, kitsu, myanimelist, shikimori
from catalog.importing.parsers.services.answers import Answer, AnswerError
from tests.catalog.importing.parsers import samples

COMEDY, SCI_FI = SourceTag("Comedy", "genre"), SourceTag("Sci-Fi", "genre")
NAMES = {"row": 1, "name": "Mokomoko", "name_english": "Fluffy", "name_native": "もこもこ"}


def test_a_title_of_myanimelist() -> None:
    assert myanimelist.parse_list(samples.mal_list(samples.MAL_NODE)) == Answer(
        (
            SourceTitle(
                **NAMES, source="myanimelist", external_ids={"mal": "1"}, synonyms=("Moko", "The Cloud"),
                format="special", status="finished", episodes=12, episode_seconds=1421,
                started_on=PartialDate(2019, 4, 3), ended_on=PartialDate(2019, 6), season="spring", season_year=2019,
                broadcast_day=6, broadcast_time=time(23, 30), source_material="four_koma", age_rating="r_plus",
                is_adult=True, score=7.83, scored_by=500, members=900, synopsis="A cloud & a school.",
                cover_url="https://img.example/l.jpg", tags=(COMEDY, SCI_FI), studios=("Studio Kumo",),
                relations=(SourceRelation("mal", "2", "sequel"),),
                themes=(
                    SourceTheme("opening", 1, "Kumo", "Ame", "1-6"), SourceTheme("opening", 2, "Yuki", "Kaze"),
                    SourceTheme("ending", None, "Sora", "Hoshi", "12"),
                ),
                ranks={"score": 12, "members": 7},
                status_counts={"watching": 5, "completed": 600, "on_hold": 4, "dropped": 3, "planned": 2},
            ),
        )
    )  # fmt: skip


def test_a_title_of_anilist_without_spoilers_manga_and_unlicensed_services() -> None:
    assert anilist.parse_media(samples.anilist_page(samples.ANILIST_MEDIA)) == Answer(
        (
            SourceTitle(
                **NAMES, source="anilist", external_ids={"anilist": "101", "mal": "1"}, synonyms=("Moko",),
                format="tv_short", status="airing", episodes=12, episode_seconds=240, started_on=PartialDate(2020, 1),
                ended_on=PartialDate(2021), season="winter", season_year=2020, source_material="light_novel",
                is_adult=True, score=7.4, members=90, synopsis="A cloud.", cover_url="https://img.example/x.jpg",
                next_airing_at=datetime(2026, 8, 27, 15, 0, tzinfo=UTC), next_episode=8, studios=("Studio Kumo",),
                tags=(COMEDY, SourceTag("Clouds", "tag"), SourceTag("Steam", "tag", True)),
                relations=(SourceRelation("anilist", "102", "sequel"),
                           SourceRelation("anilist@manga", "103", "adaptation")), producers=("Ame Television",),
                credits=(
                    SourceCredit("staff", "Haru Kaze", "Director"),
                    SourceCredit("cast", "Aki Sora", "main", "Moko", "Japanese"),
                    SourceCredit("cast", "", "supporting", "Rain"),
                ),
                streams=(
                    SourceStream("crunchyroll", "English", "https://www.crunchyroll.com/moko"),
                    SourceStream("netflix", "", "https://www.netflix.com/title/1"),
                ),
                links=(
                    SourceLink("social", "YouTube", "https://www.youtube.com/@moko"),
                    SourceLink("official", "Official Site", "https://moko.example/"),
                ),
                trailer="abcdEFGH-_1", ranks={"score": 3, "members": 9}, status_counts={"watching": 20, "planned": 70},
            ),
        )
    )  # fmt: skip


def test_a_title_of_jikan() -> None:
    assert jikan.parse_titles(samples.jikan_list(samples.JIKAN_TITLE), "https://jikan.example/v4") == Answer(
        (
            SourceTitle(
                **NAMES, source="jikan", external_ids={"mal": "1"}, synonyms=("Moko", "Wolkig"), format="tv",
                status="airing", episodes=12, episode_seconds=1440, started_on=PartialDate(2019, 4), broadcast_day=7,
                broadcast_time=time(3, 40), season="spring", season_year=2019, source_material="manga",
                age_rating="pg_13", is_adult=False, score=7.8, scored_by=500, members=900, synopsis="A cloud.",
                cover_url="https://img.example/l.jpg", studios=("Studio Kumo",),
                tags=(COMEDY, SourceTag("School", "theme"), SourceTag("Shounen", "demographic")),
                relations=(SourceRelation("mal", "3", "prequel"), SourceRelation("mal@manga", "4", "prequel")),
                producers=("Ame Television",),
                themes=(SourceTheme("opening", 1, "Kumo", "Ame", "1-6"), SourceTheme("ending", None, "Sora")),
                streams=(SourceStream("crunchyroll", "", "https://www.crunchyroll.com/moko"),),
                links=(SourceLink("official", "Official Site", "https://moko.example/"),), trailer="abcdEFGH-_1",
                ranks={"score": 12, "members": 7},
            ),
        )
    )  # fmt: skip


def test_a_title_of_kitsu_with_what_is_included() -> None:
    assert kitsu.parse_titles(samples.kitsu_list(samples.KITSU_ATTRIBUTES)) == Answer(
        (
            SourceTitle(
                **NAMES, source="kitsu", external_ids={"kitsu": "55", "mal": "1"},
                synonyms=("Moko Moko", "Moko", "Wolkig"), format="ova", status="airing", episodes=12,
                episode_seconds=1440, started_on=PartialDate(2019, 4, 3), ended_on=PartialDate(2019, 6, 19),
                next_airing_at=datetime(2019, 5, 1, 15, 30, tzinfo=UTC), age_rating="r_plus", is_adult=True, score=8.28,
                scored_by=12, members=900, synopsis="A cloud.", cover_url="https://img.example/l.jpg", tags=(SCI_FI,),
                studios=("Studio Kumo",), relations=(SourceRelation("kitsu", "56", "side_story"),),
            ),
        )
    )  # fmt: skip


def test_a_title_of_shikimori() -> None:
    moscow = timezone(timedelta(hours=3))
    assert shikimori.parse_titles(samples.shikimori_list(samples.SHIKIMORI_TITLE)) == Answer(
        (
            SourceTitle(
                **NAMES, source="shikimori", external_ids={"mal": "1"}, synonyms=("Пушинка", "Облако", "Moko"),
                format="tv", status="upcoming", episodes=12, episode_seconds=1440, started_on=PartialDate(2026, 10),
                ended_on=PartialDate(2027), season="fall", season_year=2026, age_rating="r_plus",
                next_airing_at=datetime(2026, 10, 1, 23, 30, tzinfo=moscow),
            ),
        )
    )  # fmt: skip


def test_the_next_episodes_of_anilist_have_no_names() -> None:
    media = {"id": 101, "idMal": 1, "status": "RELEASING", "episodes": 12,
             "nextAiringEpisode": {"airingAt": 1787842800, "episode": 8}}  # fmt: skip

    assert anilist.parse_airing(samples.anilist_page(media, media | {"nextAiringEpisode": None})).rows == (
        SourceTitle(
            source="anilist", row=1, external_ids={"anilist": "101", "mal": "1"}, name=None, status="airing",
            episodes=12, next_airing_at=datetime(2026, 8, 27, 15, 0, tzinfo=UTC), next_episode=8,
        ),
        SourceTitle(
            source="anilist", row=2, external_ids={"anilist": "101", "mal": "1"}, name=None, status="airing",
            episodes=12,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("variables", [anilist.airing_variables, shikimori.variables])
def test_no_more_ids_than_fit_on_a_page_are_asked_at_once(variables) -> None:
    assert variables([7, 9]) in ({"ids": [7, 9]}, {"ids": "7,9"})
    with pytest.raises(ValueError, match="51 ids at once"):
        variables(list(range(51)))


def test_several_pages_in_one_answer_of_anilist_are_numbered_as_one() -> None:
    pages = {f"page{n}": {"media": [{"id": n, "title": {"english": f"Kumo {n}"}}]} for n in (1, 2)}

    rows = anilist.parse_media(samples.encoded({"data": pages})).rows

    assert [(row.row, row.external_ids["anilist"], row.name) for row in rows] == [
        (1, "1", "Kumo 1"),
        (2, "2", "Kumo 2"),
    ]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("2017", PartialDate(2017)),
        ("2017-10", PartialDate(2017, 10)),
        ("2017-01-01", PartialDate(2017, 1, 1)),
        ("", None),
    ],
)
def test_a_date_of_myanimelist_is_as_precise_as_it_is_written(theirs: str, ours: PartialDate | None) -> None:
    [row] = myanimelist.parse_list(samples.mal_list({"id": 1, "title": "Kumo", "start_date": theirs})).rows

    assert row.started_on == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"year": 2020, "month": 2, "day": 29}, PartialDate(2020, 2, 29)),
        ({"year": 2021, "month": 2, "day": 29}, PartialDate(2021, 2)),
        ({"year": 2021, "month": 13, "day": 1}, PartialDate(2021)),
        ({"year": 2021, "month": None, "day": 1}, PartialDate(2021)),
        ({"year": None, "month": 4, "day": 1}, None),
        ({"year": 99_999}, None),
    ],
)
def test_a_date_of_anilist_is_as_precise_as_it_is_valid(theirs: dict[str, int], ours: PartialDate | None) -> None:
    [row] = anilist.parse_media(samples.anilist_page({"id": 1, "startDate": theirs})).rows

    assert row.started_on == ours


@pytest.mark.parametrize(
    ("node", "is_adult"),
    [
        ({"nsfw": "white", "rating": "rx"}, True),
        ({"nsfw": "gray", "rating": "r+"}, False),
        ({"nsfw": "black"}, True),
        ({"nsfw": "white"}, None),
    ],
)
def test_adult_titles_of_myanimelist(node: dict[str, str], is_adult: bool | None) -> None:
    [row] = myanimelist.parse_list(samples.mal_list({"id": 1, "title": "Kumo", "num_episodes": 0} | node)).rows

    assert (row.is_adult, row.episodes) == (is_adult, None)


@pytest.mark.parametrize(
    ("rating", "guide", "ours"),
    [
        ("R18", "Hentai", "rx"), ("R", "Violence, Profanity", "r_17"), ("R", "Mild Nudity", "r_plus"),
        ("PG", "Teens 13 or older", "pg_13"), ("PG", "Children", "pg"), ("G", None, "g"), (None, "Children", None),
    ],
)  # fmt: skip
def test_the_guide_makes_kitsus_age_rating_precise(rating: str, guide: str, ours: str) -> None:
    [row] = kitsu.parse_titles(samples.kitsu_list({"ageRating": rating, "ageRatingGuide": guide})).rows

    assert row.age_rating == ours
    assert row.is_adult is (ours == "rx")


@pytest.mark.parametrize(
    ("asked", "pagination", "following"),
    [
        ("https://j.example/v4/top/anime?type=tv", {"has_next_page": True, "current_page": 3},
         "https://j.example/v4/top/anime?type=tv&page=4"),
        ("https://j.example/v4/seasons/now?page=2", {"has_next_page": True}, "https://j.example/v4/seasons/now?page=3"),
        ("https://j.example/v4/seasons/now", {"has_next_page": True}, None),
        ("https://j.example/v4/seasons/now", {"has_next_page": False, "current_page": 3}, None),
    ],
)  # fmt: skip
def test_jikans_next_page_follows_from_the_address_that_was_asked(
    asked: str, pagination: dict[str, object], following: str | None
) -> None:
    assert (
        jikan.parse_titles(samples.jikan_list(samples.JIKAN_TITLE, pagination=pagination), asked).next_url == following
    )


def test_the_next_page_of_myanimelist_and_kitsu_is_an_address_in_the_answer() -> None:
    address = "https://api.example/?offset=3"

    assert myanimelist.parse_list(samples.mal_list(samples.MAL_NODE, paging={"next": address})).next_url == address
    assert kitsu.parse_titles(samples.kitsu_list({}, links={"next": address})).next_url == address


def test_a_manga_among_anime_is_read_with_ids_of_its_own() -> None:
    answers = (
        myanimelist.parse_list(samples.mal_list({"id": 9, "title": "Kumo", "num_volumes": 3}, samples.MAL_NODE)),
        anilist.parse_media(samples.anilist_page({"id": 9, "type": "MANGA", "volumes": 3}, samples.ANILIST_MEDIA)),
        jikan.parse_titles(
            samples.jikan_list({"mal_id": 9, "publishing": True, "volumes": 3}, samples.JIKAN_TITLE), ""
        ),
    )

    read = [title for answer in answers if isinstance(title := answer.rows[0], SourceTitle)]
    assert [(title.external_ids, title.medium, title.volumes) for title in read] == [
        ({"mal@manga": "9"}, "manga", 3), ({"anilist@manga": "9"}, "manga", 3), ({"mal@manga": "9"}, "manga", 3),
    ]  # fmt: skip
    assert [isinstance(row, SourceTitle) and row.medium for answer in answers for row in answer.rows[1:]] == [None] * 3


@pytest.mark.parametrize(
    ("parse", "body", "sentence"),
    [
        (myanimelist.parse_list, samples.encoded({"message": "invalid q", "error": "bad_request"}),
         "MyAnimeList answered with an error: invalid q"),
        (myanimelist.parse_list, samples.encoded({"data": [{"node": {"id": 1}, "list_status": {}}]}),
         "a member's list: it is imported from the list page"),
        (myanimelist.parse_list, samples.encoded({"id": 1, "title": "Kumo"}), "has no list of titles"),
        (myanimelist.parse_details, samples.mal_list(samples.MAL_NODE), "isn't one title's details"),
        (anilist.parse_media, samples.encoded({"errors": [{"message": "Too Many Requests."}], "data": None}),
         "AniList answered with an error: Too Many Requests"),
        (anilist.parse_media, samples.encoded({"data": {"Media": {"studios": {}}}}), "no titles, only studios"),
        (anilist.parse_media, samples.encoded({"data": {"anime": {"lists": []}}}), "a member's list"),
        (anilist.parse_airing, samples.encoded({"data": None}), "AniList's answer has no data"),
        (kitsu.parse_titles, samples.encoded({"errors": [{"title": "Bad", "detail": "no such filter"}]}),
         "Kitsu answered with an error: no such filter"),
        (kitsu.parse_titles, samples.encoded({"data": [{"type": "libraryEntries", "id": "1"}]}), "a member's list"),
        (kitsu.parse_titles, samples.encoded({"data": [{"type": "manga", "id": "1"}]}), "Kitsu answered with manga"),
        (kitsu.parse_titles, samples.encoded({"data": [{"type": "users", "id": "1"}]}), "with users, not with titles"),
        (shikimori.parse_titles, samples.encoded({"errors": [{"message": "limit"}]}), "with an error: limit"),
        (shikimori.parse_titles, samples.encoded({"data": {}}), "has no list of titles"),
    ],
)  # fmt: skip
def test_an_answer_without_titles_is_refused_with_a_sentence(parse, body: bytes, sentence: str) -> None:
    with pytest.raises(AnswerError) as error:
        parse(body)

    assert sentence in str(error.value)


def test_jikans_other_answers_are_no_titles() -> None:
    """An episode has a number and a title like an anime, but the number isn't the anime's."""
    for row in ({"mal_id": 1, "title": "The first cloud", "filler": False}, {"mal_id": 4, "name": "Comedy"}):
        with pytest.raises(AnswerError, match="holds no titles"):
            jikan.parse_titles(samples.jikan_list(row), "")
