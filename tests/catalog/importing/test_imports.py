from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anirec.lib.partial_dates import PartialDate
from catalog.importing.imports import UnknownFormatError, import_catalogue
from catalog.importing.parsers.base import CatalogueFileError
from catalog.importing.parsers.files import sample
from catalog.models import ExternalId, Relation, SearchWord, Tag, Title, TitleName
from catalog.search.find import search_titles
from tests.catalog.importing.files import (
    ANILIST,
    JIKAN,
    OFFLINE,
    lines_file,
    mal_2020_file,
    offline_file,
    parquet_file,
    written,
)
from tests.catalog.shared import shared_file

pytestmark = pytest.mark.django_db


def outcome(report) -> tuple[int, int, int, list[str]]:
    return report.created, report.updated, report.unchanged, [str(rejection) for rejection in report.rejected]


def jikan_file(folder: Path, *changes: dict) -> Path:
    return parquet_file(folder, JIKAN, *changes, name="jikan.parquet")


def anilist_file(folder: Path, *changes: dict) -> Path:
    return parquet_file(folder, ANILIST, *changes, name="anilist.parquet")


def test_a_new_title_is_written_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    report = import_catalogue([mal_2020_file(tmp_path, {})], "mal-2020")

    title = Title.objects.get()
    assert outcome(report) == (1, 0, 0, [])
    assert (title.name, title.name_english, title.format, title.status, title.score, title.members) == (
        "Mokomoko", "Fluffy: The Movie", "tv", "finished", 7.5, 1000,
    )  # fmt: skip
    assert title.started_on == PartialDate(2019, 4, 3)
    assert set(title.names.values_list("kind", "text", "key")) == {
        ("main", "Mokomoko", "mokomoko"),
        ("english", "Fluffy: The Movie", "fluffy the movie"),
        ("native", "もこもこ", "もこもこ"),
    }
    assert list(title.tags.values_list("kind", "name", "slug")) == [
        ("genre", "Comedy", "comedy"),
        ("theme", "School", "school"),
        ("genre", "Sci-Fi", "sci-fi"),
        ("demographic", "Shounen", "shounen"),
    ]
    assert list(title.studios.values_list("name", flat=True)) == ["Ame Works", "Studio Kumo"]
    assert list(title.external_ids.values_list("provider", "medium", "value")) == [("mal", "anime", "1")]
    assert title.field_sources["score"] == "mal-2020"


def test_importing_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    files = {
        "mal-2020": mal_2020_file(tmp_path, {}),
        "jikan": jikan_file(tmp_path, {}),
        "anilist": anilist_file(tmp_path, {}),
    }
    for format, path in files.items():
        import_catalogue([path], format)
    before = list(Title.objects.values())

    reports = [outcome(import_catalogue([path], format)) for format, path in files.items()]

    assert reports == [(0, 0, 1, [])] * 3
    assert list(Title.objects.values()) == before


def test_the_outcome_does_not_depend_on_the_order_of_the_files(tmp_path: Path) -> None:
    files = {
        "mal-2020": mal_2020_file(tmp_path, {"Aired": "2019", "Score": "7.1"}),
        "jikan": jikan_file(tmp_path, {"score": None, "themes": None}),
        "anilist": anilist_file(tmp_path, {"is_adult": True, "start_date": "2019-04-05"}),
        "offline-database": offline_file(tmp_path, {}),
    }
    outcomes = []
    for order in permutations(files):
        Title.objects.all().delete()
        for format in order:
            import_catalogue([files[format]], format)
        [title] = Title.objects.all()
        fields = {
            name: value
            for name, value in vars(title).items()
            if name not in ("id", "_state", "created_at", "updated_at")
        }
        outcomes.append((fields, set(title.names.values_list("key")), set(title.tags.values_list("name"))))

    assert [other for other in outcomes if other != outcomes[0]] == []
    assert outcomes[0][0]["score"] == 7.1
    assert outcomes[0][0]["is_adult"] is True
    assert outcomes[0][0]["started_on"] == PartialDate(2019, 4, 3)


def test_each_field_comes_from_the_source_that_knows_best(tmp_path: Path) -> None:
    import_catalogue([jikan_file(tmp_path, {"members": "0", "season": "None None", "episodes": "13.0"})], "jikan")
    import_catalogue([anilist_file(tmp_path, {"episodes": 14.0})], "anilist")
    import_catalogue([mal_2020_file(tmp_path, {"Episodes": "12", "Score": "5.0"})], "mal-2020")

    title = Title.objects.get()
    assert (title.score, title.members, title.episodes, title.season) == (7.8, 1000, 13, "spring")
    assert title.synopsis == "A cloud goes to school."
    assert {field: title.field_sources[field] for field in ("score", "members", "episodes", "season")} == {
        "score": "jikan", "members": "mal-2020", "episodes": "jikan", "season": "mal-2020",
    }  # fmt: skip
    assert set(title.external_ids.values_list("provider", flat=True)) == {"mal", "anilist"}


def test_the_sample_gives_way_to_every_real_source(tmp_path: Path) -> None:
    line = (
        b'{"mal": 1, "name": "Mokomoko", "format": "TV", "episodes": 99, "score": 9.9, '
        b'"about": "Ours.", "tags": ["Drama"]}\n'
    )
    import_catalogue([written(tmp_path / "s.jsonl", line + b'{"mal": 2, "name": "Other"}\n')], "sample")

    import_catalogue([jikan_file(tmp_path, {})], "jikan")

    title = Title.objects.get(external_ids__value="1")
    assert (title.episodes, title.score, title.synopsis) == (12, 7.8, "A cloud goes to school.")
    assert set(title.tags.filter(kind="genre").values_list("name", flat=True)) == {"Comedy", "Sci-Fi"}


def test_what_the_staff_wrote_is_never_written_over(tmp_path: Path) -> None:
    import_catalogue([mal_2020_file(tmp_path, {})], "mal-2020")
    Title.objects.update(name="Fluffy!", is_adult=True, field_sources={"name": "staff", "is_adult": "staff"})

    import_catalogue([jikan_file(tmp_path, {})], "jikan")

    title = Title.objects.get()
    assert (title.name, title.is_adult, title.score) == ("Fluffy!", True, 7.8)


def test_a_title_is_adult_when_any_source_says_so(tmp_path: Path) -> None:
    import_catalogue([anilist_file(tmp_path, {"is_adult": True})], "anilist")
    import_catalogue([jikan_file(tmp_path, {})], "jikan")

    assert Title.objects.get().is_adult is True


def test_a_name_that_lost_is_still_found(tmp_path: Path) -> None:
    import_catalogue([mal_2020_file(tmp_path, {"Name": "Mokomoko TV"})], "mal-2020")
    import_catalogue([jikan_file(tmp_path, {})], "jikan")

    assert set(TitleName.objects.values_list("kind", "text")) == {
        ("main", "Mokomoko"), ("english", "Fluffy"), ("native", "もこもこ"), ("synonym", "Mokomoko TV"),
        ("synonym", "Fluffy: The Movie"),
    }  # fmt: skip
    assert [title.name for title in search_titles("mokomoko tv", None)] == ["Mokomoko"]


def test_a_row_without_mal_id_finds_its_title_by_another_id(tmp_path: Path) -> None:
    import_catalogue([anilist_file(tmp_path, {"mal_id": None})], "anilist")
    import_catalogue([offline_file(tmp_path, {"title": "Quite Another Name"})], "offline-database")

    assert Title.objects.count() == 1
    assert dict(ExternalId.objects.values_list("provider", "value")) == {"anilist": "101", "mal": "1", "kitsu": "55"}


@pytest.mark.parametrize(
    ("change", "titles"),
    [
        ({}, 1),
        ({"type": "MOVIE"}, 2),
        ({"start_date": "2018-04-03", "season": "SPRING 2018"}, 2),
        ({"title": "Moko"}, 2),
    ],
)
def test_a_row_without_any_known_id_finds_its_title_by_name_year_and_format(
    tmp_path: Path, change: dict, titles: int
) -> None:
    import_catalogue([mal_2020_file(tmp_path, {})], "mal-2020")

    import_catalogue([anilist_file(tmp_path, {"mal_id": None, **change})], "anilist")

    assert Title.objects.count() == titles


def test_a_name_that_two_titles_have_decides_nothing(tmp_path: Path) -> None:
    import_catalogue([mal_2020_file(tmp_path, {}, {"MAL_ID": "2"})], "mal-2020")

    report = import_catalogue([anilist_file(tmp_path, {"mal_id": None})], "anilist")

    assert outcome(report) == (1, 0, 0, [])
    assert Title.objects.count() == 3


def test_titles_with_different_ids_of_one_catalogue_stay_apart(tmp_path: Path) -> None:
    import_catalogue([mal_2020_file(tmp_path, {}, {"MAL_ID": "2"})], "mal-2020")

    assert Title.objects.count() == 2


def test_two_rows_of_one_title_are_not_mixed(tmp_path: Path) -> None:
    path = anilist_file(tmp_path, {}, {"anime_id": 102, "title": "Mokomoko Part 2"})

    first, second = (outcome(import_catalogue([path], "anilist")) for _ in range(2))

    rejection = ["anilist.parquet, row 2: its mal id 1 is that of row 1"]
    assert (first, second) == ((1, 0, 0, rejection), (0, 0, 1, rejection))


def test_synopses_are_added_to_titles_that_exist(tmp_path: Path) -> None:
    import_catalogue([mal_2020_file(tmp_path, {})], "mal-2020")
    rows = [{"mal_id": 1, "synopsis": "A cloud."}, {"mal_id": 9, "synopsis": "Nobody's."}]

    report = import_catalogue([parquet_file(tmp_path, {}, *rows)], "synopses")

    assert outcome(report) == (0, 1, 0, ["rows.parquet, row 2: no title has the mal id 9"])
    assert Title.objects.get().synopsis == "A cloud."


def test_bad_rows_are_reported_and_the_others_written(tmp_path: Path) -> None:
    report = import_catalogue([mal_2020_file(tmp_path, {}, {"MAL_ID": "2", "Score": "11"})], "mal-2020")

    assert outcome(report) == (1, 0, 0, ["mal.csv, row 2: score: 11 is not between 0 and 10"])


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        ({"duration": {"value": 3, "unit": "MOONS"}}, "duration: 'MOONS' is not a unit of time"),
        ({"episodes": 99_999}, "episodes: 99999 is not between 0 and 32767"),
        ({"status": "ASLEEP"}, "status: 'ASLEEP' is not a status we know"),
        ({"tags": "comedy"}, "tags: 'comedy' is not a list"),
        ({"animeSeason": []}, ""),
    ],
)
def test_an_odd_value_costs_a_remark_and_never_the_row(tmp_path: Path, change: dict, remark: str) -> None:
    report = import_catalogue([offline_file(tmp_path, change)], "offline-database")

    assert (report.created, report.rejected) == (1, [])
    assert [str(one) for one in report.remarks] == ([f"database.json, row 1: {remark}"] if remark else [])


@pytest.mark.parametrize("name", ["database.json.zst", "renamed"])
def test_zstandard_files_are_read_whatever_their_name(tmp_path: Path, name: str) -> None:
    import zstandard

    text, lines = offline_file(tmp_path, {}).read_bytes(), lines_file(tmp_path, [{"license": {}}, OFFLINE]).read_bytes()
    for content in (text, lines):
        path = written(tmp_path / name, zstandard.compress(content))
        assert import_catalogue([path], "offline-database").rows == 1

    written(path, zstandard.compress(text)[:-20])
    with pytest.raises(CatalogueFileError, match=f"{name}.*: the file ends in the middle"):
        import_catalogue([path], "offline-database")


def test_nothing_of_a_broken_file_is_written(tmp_path: Path) -> None:
    path = mal_2020_file(tmp_path, *({"MAL_ID": str(number)} for number in range(1, 2500)))
    written(path, path.read_bytes() + b"2500,broken\n")

    with pytest.raises(CatalogueFileError, match=r"mal\.csv, row 2500: 2 values for 16 columns"):
        import_catalogue([path], "mal-2020")

    assert (Title.objects.count(), Tag.objects.count(), SearchWord.objects.count()) == (0, 0, 0)


def test_relations_are_kept_from_both_ends_and_the_vague_give_way(tmp_path: Path) -> None:
    first = {
        "title": "Mokomoko",
        "relatedAnime": ["https://myanimelist.net/anime/2", "https://myanimelist.net/anime/404"],
    }
    second = {"sources": ["https://myanimelist.net/anime/2"], "title": "Mokomoko Zoku", "relatedAnime": []}
    import_catalogue([offline_file(tmp_path, first, second)], "offline-database")
    assert set(Relation.objects.values_list("from_title__name", "kind", "to_title__name")) == {
        ("Mokomoko", "related", "Mokomoko Zoku"), ("Mokomoko Zoku", "related", "Mokomoko"),
    }  # fmt: skip

    line = b'{"mal": 1, "name": "Mokomoko", "relations": [["sequel", 2]]}\n{"mal": 2, "name": "Mokomoko Zoku"}\n'
    import_catalogue([written(tmp_path / "s.jsonl", line)], "sample")

    assert set(Relation.objects.values_list("from_title__name", "kind", "to_title__name")) == {
        ("Mokomoko", "sequel", "Mokomoko Zoku"), ("Mokomoko Zoku", "prequel", "Mokomoko"),
    }  # fmt: skip


def test_search_and_franchises_follow_the_import(tmp_path: Path) -> None:
    second = {"MAL_ID": "2", "Name": "Mokomoko 2nd Season", "Premiered": "Spring 2020", "Aired": "Apr 3, 2020"}
    import_catalogue([mal_2020_file(tmp_path, {}, second)], "mal-2020")

    season_one = Title.objects.get(name="Mokomoko")
    assert [title.name for title in search_titles("mokomko", None)] == ["Mokomoko", "Mokomoko 2nd Season"]
    assert set(Title.objects.values_list("franchise_entry", flat=True)) == {season_one.pk}


def test_the_number_of_queries_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def queries(n_rows: int) -> int:
        rows = ({"MAL_ID": str(number), "Name": f"Title {number}"} for number in range(1, n_rows + 1))
        path = mal_2020_file(tmp_path, *rows, name=f"{n_rows}.csv")
        Title.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_catalogue([path], "mal-2020")
        return len(captured)

    queries(1), queries(30)  # tags, studios and the files' names are known from now on
    assert queries(1) == queries(30)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError, match="'xml' is not a format: choose one of mal-2020, jikan, anilist"):
        import_catalogue([mal_2020_file(tmp_path, {})], "xml")


def test_the_command_reports_and_fails_with_a_sentence(tmp_path: Path, capsys) -> None:
    good, bad = mal_2020_file(tmp_path, {}, {"Name": ""}), written(tmp_path / "bad.csv", b"a,b\n")

    with pytest.raises(CommandError, match=r"bad\.csv: the columns MAL_ID.*Nothing of bad\.csv was imported\."):
        call_command("import_catalogue", str(good), str(bad), format="mal-2020")

    captured = capsys.readouterr()
    assert "mal.csv: 1 created, 0 updated, 0 unchanged, 1 rejected." in captured.out
    assert "rejected: mal.csv, row 2: name is missing" in captured.err
    assert Title.objects.count() == 1


def test_the_sample_catalogue_is_imported_whole_and_once() -> None:
    first, second = (outcome(import_catalogue([sample.PATH], "sample")) for _ in range(2))

    assert first[1:] == (0, 0, [])
    assert second == (0, 0, first[0], [])
    monogatari = Title.objects.get(name="Nisemonogatari")
    assert monogatari.franchise_entry.name == "Bakemonogatari"


def test_some_hundred_rows_of_each_real_file_become_one_catalogue(tmp_path: Path) -> None:
    import gzip

    import pyarrow.parquet

    with gzip.open(shared_file("mal_2020_anime.csv.gz")) as lines:
        written(tmp_path / "mal.csv", b"".join(line for line, _ in zip(lines, range(300))))  # noqa: B905
    reports = [import_catalogue([tmp_path / "mal.csv"], "mal-2020")]
    for name, format in (("mal_seasonal_2026.parquet", "jikan"), ("anilist_2026.parquet", "anilist")):
        table = pyarrow.parquet.read_table(shared_file(name)).slice(0, 300)
        pyarrow.parquet.write_table(table, tmp_path / name)
        reports.append(import_catalogue([tmp_path / name], format))

    assert [report.created + report.updated + len(report.rejected) for report in reports] == [299, 300, 300]
    assert Title.objects.count() == sum(report.created for report in reports)
    assert (
        ExternalId.objects.filter(provider="mal").count() == Title.objects.filter(external_ids__provider="mal").count()
    )
    assert [title.name for title in search_titles("cowboy bebop", None, limit=1)] == ["Cowboy Bebop"]
