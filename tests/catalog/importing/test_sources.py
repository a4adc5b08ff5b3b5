from __future__ import annotations

from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path

import pytest

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers.base import (
    CatalogueFileError,
    RejectedRow,
    SourceCredit,
    SourceRelation,
    SourceStream,
    SourceTag,
    SourceTitle,
)
from catalog.importing.parsers.files import FORMATS
from tests.catalog.importing.files import (
    ANILIST,
    JIKAN,
    MAL_2020,
    OFFLINE,
    lines_file,
    mal_2020_file,
    offline_file,
    parquet_file,
    written,
)
from tests.catalog.shared import shared_file

COMEDY, SCI_FI = SourceTag("Comedy", "genre"), SourceTag("Sci-Fi", "genre")
SCHOOL, SHOUNEN = SourceTag("School", "theme"), SourceTag("Shounen", "demographic")
COMMON = {
    "row": 1, "name": "Mokomoko", "name_native": "もこもこ", "format": "tv", "status": "finished", "episodes": 12,
    "episode_seconds": 1440, "started_on": PartialDate(2019, 4, 3), "ended_on": PartialDate(2019, 6, 19),
    "season": "spring", "season_year": 2019, "source_material": "manga", "is_adult": False,
}  # fmt: skip


def read(format: str, path: Path) -> list[SourceTitle | RejectedRow]:
    return list(FORMATS[format](path))


def test_a_row_of_mal_2020(tmp_path: Path) -> None:
    assert read("mal-2020", mal_2020_file(tmp_path, {})) == [
        SourceTitle(
            **COMMON, source="mal-2020", external_ids={"mal": "1"}, name_english="Fluffy: The Movie",
            age_rating="pg_13", score=7.5, members=1000, tags=(COMEDY, SCI_FI, SCHOOL, SHOUNEN),
            studios=("Studio Kumo", "Ame Works"), status_counts={"completed": 600},
        )
    ]  # fmt: skip


def test_a_row_of_jikan(tmp_path: Path) -> None:
    assert read("jikan", parquet_file(tmp_path, JIKAN, {})) == [
        SourceTitle(
            **COMMON, source="jikan", external_ids={"mal": "1"}, name_english="Fluffy", age_rating="pg_13", score=7.8,
            scored_by=500, members=None, synopsis="A cloud goes to school.", cover_url="https://img.example/1.jpg",
            tags=(COMEDY, SCI_FI, SCHOOL, SHOUNEN), studios=("Studio Kumo",),
        )
    ]  # fmt: skip


def test_a_row_of_anilist(tmp_path: Path) -> None:
    assert read("anilist", parquet_file(tmp_path, ANILIST, {})) == [
        SourceTitle(
            **COMMON, source="anilist", external_ids={"anilist": "101", "mal": "1"}, name_english="Fluffy",
            synonyms=("Moko", "The Cloud"), score=7.4, members=90, synopsis="A cloud studies.",
            cover_url="https://img.example/a.jpg", studios=("Studio Kumo",),
            tags=(COMEDY, SCI_FI, SourceTag("Clouds", "tag"), SourceTag("Harem", "theme")),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("layout", ["pretty", "minified", "lines"])
def test_a_row_of_the_offline_database_in_each_of_its_layouts(tmp_path: Path, layout: str) -> None:
    if layout == "lines":
        path = lines_file(tmp_path, [{"$schema": "x", "license": {"name": "ODbL-1.0"}}, OFFLINE])
    else:
        path = offline_file(tmp_path, {}, indent=2 if layout == "pretty" else None)

    rows = read("offline-database", path)

    assert rows == [
        SourceTitle(
            source="offline-database", row=2 if layout == "lines" else 1, name="Mokomoko",
            external_ids={"mal": "1", "anilist": "101", "kitsu": "55"}, synonyms=("Moko Moko",), format="tv",
            status="finished", episodes=12, episode_seconds=1440, season="spring", season_year=2019, score=7.2,
            cover_url="https://img.example/o.jpg", studios=("Studio Kumo",),
            tags=(COMEDY, SourceTag("Cloud Gazing", "tag")), relations=(SourceRelation("mal", "2", "related"),),
        )
    ]  # fmt: skip


def test_when_a_title_airs_is_read_where_the_source_says_it(tmp_path: Path) -> None:
    airs = {"broadcast_day": "Fridays", "broadcast_time": "00:26"}
    (jikan,) = read("jikan", parquet_file(tmp_path, JIKAN, airs))
    (anilist,) = read("anilist", parquet_file(tmp_path, ANILIST, {"next_airing_episode_at": 1787842800.0,
                                                                  "next_episode_number": 8.0}))  # fmt: skip

    assert (jikan.broadcast_day, jikan.broadcast_time) == (5, time(0, 26))
    assert (anilist.next_airing_at, anilist.next_episode) == (datetime(2026, 8, 27, 15, 0, tzinfo=UTC), 8)


def test_what_only_a_titles_page_shows_is_read_from_the_columns_that_are_there(tmp_path: Path) -> None:
    people = {
        "studios": "Studio Kumo;Ame Television", "main_staff": "Haru Kaze (Director);Aki Sora (Music (OP, ED));Nobody",
        "main_characters": "Moko;Rain", "streaming_sites": "Twitter;YouTube;iQ;Netflix", "trailer_site": "youtube",
        "trailer_id": "abcdEFGH-_1", "watching": 5, "plan_to_watch": 0,
    }  # fmt: skip
    (anilist,) = read("anilist", parquet_file(tmp_path, ANILIST, people))
    (jikan,) = read("jikan", parquet_file(tmp_path, JIKAN, {"producers": "Ame Television", "rank": "31.0",
                                                            "popularity": "436", "watching": "0"}))  # fmt: skip

    assert anilist.credits == (
        SourceCredit("staff", "Haru Kaze", "Director"), SourceCredit("staff", "Aki Sora", "Music (OP, ED)"),
        SourceCredit("cast", "", "main", "Moko"), SourceCredit("cast", "", "main", "Rain"),
    )  # fmt: skip
    assert anilist.streams == (SourceStream("iqiyi"), SourceStream("netflix"))
    assert (anilist.producers, anilist.trailer, anilist.status_counts) == (
        ("Ame Television",), "abcdEFGH-_1", {"watching": 5},
    )  # fmt: skip
    assert (jikan.producers, jikan.ranks, jikan.status_counts) == (
        ("Ame Television",), {"score": 31, "members": 436}, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"broadcast_day": "Someday"}, "weekday: 'Someday' is not a weekday we know"),
        ({"broadcast_time": "25:61"}, "time: '25:61' is not a time of day"),
    ],
)
def test_a_time_that_no_clock_shows_is_rejected(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    assert read("jikan", parquet_file(tmp_path, JIKAN, change)) == [RejectedRow(1, reason)]


def test_votes_are_counted_by_score(tmp_path: Path) -> None:
    row = MAL_2020 | {f"Score-{score}": f"{score}.0" for score in range(1, 10)} | {"Score-10": "Unknown"}
    path = written(tmp_path / "mal.csv", (",".join(row) + "\n" + ",".join(f'"{v}"' for v in row.values())).encode())

    (title,) = read("mal-2020", path)

    assert title.score_counts == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]


def test_an_older_release_of_the_offline_database_says_less(tmp_path: Path) -> None:
    old = {"duration": None, "score": None, "studios": None, "animeSeason": {"season": "UNDEFINED"}, "episodes": 0}

    [row] = read("offline-database", offline_file(tmp_path, old))

    assert (row.episode_seconds, row.score, row.studios, row.season, row.season_year, row.episodes) == (
        None, None, (), None, None, None,
    )  # fmt: skip


def test_a_row_of_synopses_has_no_name(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, {"mal_id": 1, "synopsis": "A cloud.<br>"}, {})

    assert read("synopses", path) == [
        SourceTitle(source="synopses", row=1, external_ids={"mal": "1"}, name=None, synopsis="A cloud.")
    ]


def test_unknown_values_of_mal_2020_say_nothing(tmp_path: Path) -> None:
    unknown = dict.fromkeys(
        ["Score", "Genres", "English name", "Japanese name", "Type", "Episodes", "Premiered", "Studios", "Source",
         "Duration", "Rating"],
        "Unknown",
    )  # fmt: skip

    [row] = read("mal-2020", mal_2020_file(tmp_path, unknown))

    assert row == SourceTitle(
        source="mal-2020", row=1, external_ids={"mal": "1"}, name="Mokomoko", status="finished", members=1000,
        started_on=PartialDate(2019, 4, 3), ended_on=PartialDate(2019, 6, 19), status_counts={"completed": 600},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("aired", "completed", "status"),
    [
        ("Apr 3, 2019 to ?", "5", "airing"),
        ("Oct, 2021 to ?", "0", "upcoming"),
        ("Unknown", "0", "upcoming"),
        ("Unknown", "50", None),
        ("2005", "50", "finished"),
    ],
)
def test_the_status_of_mal_2020_follows_from_dates_and_viewers(
    tmp_path: Path, aired: str, completed: str, status: str | None
) -> None:
    [row] = read("mal-2020", mal_2020_file(tmp_path, {"Aired": aired, "Completed": completed}))

    assert row.status == status


@pytest.mark.parametrize(
    ("name", "english", "shown"),
    [
        ("Kumo", "Cloud:The Movie", "Cloud: The Movie"),
        ("Re:Kumo", "Re:Kumo 2", "Re:Kumo 2"),
        ("Kumo", "At 15:30", "At 15:30"),
    ],
)
def test_the_space_after_a_colon_is_put_back(tmp_path: Path, name: str, english: str, shown: str) -> None:
    [row] = read("mal-2020", mal_2020_file(tmp_path, {"Name": name, "English name": english}))

    assert row.name_english == shown


def test_a_first_number_that_may_be_hours_is_not_taken_for_minutes(tmp_path: Path) -> None:
    rows = read("jikan", parquet_file(tmp_path, JIKAN, {"duration": "1"}, {"duration": "3"}))

    assert [row.episode_seconds for row in rows] == [None, 180]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"MAL_ID": ""}, "MAL_ID is missing"),
        ({"MAL_ID": "abc"}, "MAL_ID: 'abc' is not a number"),
        ({"MAL_ID": "-4"}, "MAL_ID: -4 is not a positive number"),
        ({"Name": " "}, "name is missing"),
        ({"Name": "x" * 301}, "is longer than 300 characters"),
        ({"Score": "11"}, "score: 11 is not between 0 and 10"),
        ({"Episodes": "99999"}, "episodes: 99999 is not between 0 and 32767"),
        ({"Episodes": "12.5"}, "Episodes: '12.5' is not a whole number"),
        ({"Type": "Opera"}, "type: 'Opera' is not a type we know"),
        ({"Aired": "once upon a time"}, "aired: 'once upon a time' is not a date"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason_and_the_rest_goes_on(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    rows = read("mal-2020", mal_2020_file(tmp_path, {}, change, {"MAL_ID": "3"}))

    assert [row.row for row in rows] == [1, 2, 3]
    assert isinstance(rows[1], RejectedRow)
    assert reason in rows[1].reason
    assert rows[2].external_ids == {"mal": "3"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sources": []}, "none of its sources is a catalogue we know"),
        ({"sources": "https://myanimelist.net/anime/1"}, "none of its sources is a catalogue we know"),
        ({"title": None}, "title is missing"),
    ],
)
def test_a_bad_entry_of_the_offline_database_is_rejected(tmp_path: Path, change: dict, reason: str) -> None:
    [rejected, kept] = read("offline-database", offline_file(tmp_path, change, {}))

    assert isinstance(rejected, RejectedRow)
    assert reason in rejected.reason
    assert kept.name == "Mokomoko"


def broken_files(folder: Path) -> dict[str, tuple[str, Path, str]]:
    """Return case → (format, file, part of the error message)."""
    whole_gz = mal_2020_file(folder, *({"MAL_ID": str(n)} for n in range(1, 3000)), name="whole.gz", gzipped=True)
    whole_parquet = parquet_file(folder, JIKAN, {}, name="whole.parquet")
    whole_json = offline_file(folder, *({"title": f"T{n}"} for n in range(300)))
    text = mal_2020_file(folder, {}, name="text.csv").read_bytes()
    return {
        "missing": ("mal-2020", folder / "none.csv", "none.csv: there is no such file"),
        "columns": ("mal-2020", written(folder / "a.csv", b"id,name\n1,x\n"), "a.csv: the columns MAL_ID, Name"),
        "empty": ("mal-2020", written(folder / "e.csv", b""), "e.csv: the columns MAL_ID"),
        "encoding": (
            "mal-2020", written(folder / "sjis.csv", text + "2,もこ".encode("shift_jis")), "the text is not UTF-8",
        ),
        "ragged": ("mal-2020", written(folder / "r.csv", text + b"2,x\n"), "r.csv, row 2: 2 values for 16 columns"),
        "truncated gz": (
            "mal-2020", written(folder / "t.gz", whole_gz.read_bytes()[:-2000]), "the file ends in the middle",
        ),
        "not gz": ("mal-2020", written(folder / "n.gz", b"\x1f\x8bnonsense"), "n.gz: "),
        "not parquet": ("jikan", written(folder / "p.parquet", b"nonsense"), "p.parquet: "),
        "truncated parquet": (
            "jikan", written(folder / "tp.parquet", whole_parquet.read_bytes()[:-40]), "tp.parquet: ",
        ),
        "parquet columns": ("anilist", whole_parquet, "whole.parquet: the columns mal_id"),
        "truncated json": (
            "offline-database", written(folder / "tj.json", whole_json.read_bytes()[:-30]),
            "the file ends in the middle",
        ),
        "not json": ("offline-database", written(folder / "nj.json", b"<html>"), "nj.json: "),
        "no data": ("offline-database", written(folder / "nd.json", b'{"x": []}'), "holds no 'data' list"),
        "no objects": ("offline-database", written(folder / "no.json", b'{"data": [1]}'),
        "row 1: a title was expected"),
        "folder": ("jikan", folder, ""),
    }  # fmt: skip


BROKEN = (
    "missing", "columns", "empty", "encoding", "ragged", "truncated gz", "not gz", "not parquet", "truncated parquet",
    "parquet columns", "truncated json", "not json", "no data", "no objects", "folder",
)  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path, case: str) -> None:
    format, path, message = broken_files(tmp_path)[case]

    with pytest.raises(CatalogueFileError) as error:
        read(format, path)

    assert path.name in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_reading_is_streamed(tmp_path: Path) -> None:
    """Rows are read before a later error is reached."""
    path = mal_2020_file(tmp_path, *({"MAL_ID": str(number)} for number in range(1, 2000)))
    written(path, path.read_bytes() + b"2000,broken\n")

    assert len(list(islice(FORMATS["mal-2020"](path), 1900))) == 1900


@pytest.mark.parametrize(
    ("format", "name", "rows"),
    [
        ("mal-2020", "mal_2020_anime.csv.gz", 17_562),
        ("jikan", "mal_seasonal_2026.parquet", 4_107),
        ("anilist", "anilist_2026.parquet", 1_420),
        ("synopses", "synopses.parquet", 4_357),
    ],
)
def test_every_row_of_the_real_files_is_understood(format: str, name: str, rows: int) -> None:
    found = read(format, shared_file(name))

    assert [row for row in found if isinstance(row, RejectedRow)] == []
    assert len(found) == rows
