"""Which title a row is about, when ids change, contradict each other, or show that two titles are one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.importing.imports import import_catalogue, import_rows
from catalog.importing.parsers.base import CatalogueFileError, SourceTitle
from catalog.models import ExternalId, SourceRecord, Title, TitleRedirect
from tests.catalog.importing.files import written

pytestmark = pytest.mark.django_db


def row(source: str, name: str = "Mokomoko", number: int = 1, year: int | None = 2019, **ids: str) -> SourceTitle:
    return SourceTitle(source=source, row=number, external_ids=ids, name=name, format="tv", season_year=year)


def imported(*rows: SourceTitle) -> tuple[int, int, int, int]:
    report = import_rows(rows, "test")
    return report.created, report.updated, report.unchanged, report.merged


def title_of(provider: str, value: str) -> int:
    return ExternalId.objects.get(provider=provider, value=value).title_id


def dead_entries(folder: Path, *ids: str, name: str = "myanimelist.json") -> Path:
    return written(folder / name, json.dumps({"license": {}, "deadEntries": ids}).encode())


class TestIdsThatChange:
    def test_a_row_whose_id_changed_is_found_by_its_others_and_both_ids_lead_to_it(self) -> None:
        imported(row("offline-database", mal="1", anilist="101"))
        title = Title.objects.get()

        assert imported(row("offline-database", mal="2", anilist="101"))[0] == 0

        assert title_of("mal", "1") == title_of("mal", "2") == title.pk
        retired = ExternalId.objects.filter(retired_at__isnull=False)
        assert list(retired.values_list("provider", "value")) == [("mal", "1")]
        assert list(SourceRecord.objects.values_list("key", flat=True)) == ["mal:2"]

    def test_an_id_that_a_source_still_has_is_not_retired(self) -> None:
        imported(row("jikan", mal="1"))
        imported(row("offline-database", mal="1", anilist="101"))

        imported(row("offline-database", mal="2", anilist="101"))

        assert not ExternalId.objects.filter(retired_at__isnull=False).exists()

    def test_a_dead_id_gives_way_to_the_new_one_of_the_same_catalogue(self, tmp_path: Path) -> None:
        imported(row("jikan", mal="1"))
        imported(row("anilist", mal="1", anilist="101"))
        title = Title.objects.get()

        report = import_catalogue([dead_entries(tmp_path, "1", "77")], "dead-entries")
        assert report.updated == 1
        imported(row("offline-database", mal="2", anilist="101"))
        imported(row("jikan", "Mokomoko New", mal="2"))

        assert Title.objects.get().pk == title.pk
        assert set(SourceRecord.objects.filter(source="jikan").values_list("key", flat=True)) == {"mal:2"}

    def test_dead_entries_without_a_list_or_a_known_name_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CatalogueFileError, match=r"other\.json: the file’s name must be one of myanimelist"):
            import_catalogue([dead_entries(tmp_path, name="other.json")], "dead-entries")
        with pytest.raises(CatalogueFileError, match=r"kitsu\.json: it holds no 'deadEntries' list"):
            import_catalogue([written(tmp_path / "kitsu.json", b"[]")], "dead-entries")


class TestTwoRowsOfOneSource:
    def test_are_two_titles_whatever_another_source_says(self) -> None:
        imported(row("jikan", mal="1"))
        imported(row("offline-database", mal="1", anilist="101"))
        imported(row("offline-database", "Mokomoko", mal="2", anilist="101"))

        imported(row("jikan", "Mokomoko 2", mal="2"))

        assert Title.objects.count() == 2
        assert title_of("mal", "1") != title_of("mal", "2")

    def test_of_one_file_are_two_titles_though_an_earlier_one_has_an_id_of_both(self) -> None:
        imported(row("offline-database", mal="1", anilist="101"))

        imported(
            row("offline-database", mal="1", kitsu="5"),
            row("offline-database", "Mokomoko 2", 2, mal="2", anilist="101"),
        )

        assert Title.objects.count() == 2
        assert title_of("mal", "1") != title_of("mal", "2")

    def test_with_a_season_split_in_two_the_title_that_keeps_the_id_stays(self) -> None:
        imported(row("jikan", mal="1"))
        title = Title.objects.get()

        imported(row("jikan", mal="1"), row("jikan", "Mokomoko Part 2", 2, mal="2"))

        assert title_of("mal", "1") == title.pk
        assert Title.objects.count() == 2


class TestTitlesThatAreOne:
    def test_are_merged_when_a_row_has_ids_of_both(self) -> None:
        imported(row("jikan", mal="1"))
        imported(row("anilist", "Fluffy", anilist="101"))
        first, second = Title.objects.order_by("pk")

        assert imported(row("offline-database", mal="1", anilist="101"))[3] == 1

        assert Title.objects.get().pk == first.pk
        assert TitleRedirect.objects.get(old_id=second.pk).title_id == first.pk
        assert set(Title.objects.get().names.values_list("text", flat=True)) == {"Mokomoko", "Fluffy"}
        assert SourceRecord.objects.count() == 3

    @pytest.mark.parametrize(
        "other",
        [
            row("anilist", "Fluffy", mal="2", anilist="101"),  # another title of MyAnimeList
            row("anilist", "Fluffy", year=1999, anilist="101"),
        ],
    )
    def test_stay_apart_when_they_contradict_each_other(self, other: SourceTitle) -> None:
        imported(row("jikan", mal="1"))
        imported(other)

        assert imported(row("offline-database", mal="1", anilist="101"))[3] == 0

        assert Title.objects.count() == 2
        assert title_of("anilist", "101") != title_of("mal", "1")

    def test_stay_apart_when_one_source_has_both(self) -> None:
        imported(row("kitsu", kitsu="5"), row("kitsu", "Fluffy", 2, kitsu="6"))
        imported(row("anilist", "Fluffy", anilist="101", kitsu="6"))

        imported(row("id-map", kitsu="5", anilist="101"))

        assert Title.objects.count() == 2


def test_exports_name_the_current_id(member) -> None:
    from accounts.models import ListEntry
    from accounts.portability.exports import export_list

    imported(row("offline-database", mal="1", anilist="101"))
    imported(row("offline-database", mal="2", anilist="101"))
    ListEntry.objects.create(user=member, title=Title.objects.get())

    assert "<series_animedb_id>2</series_animedb_id>" in "".join(export_list(member, "xml"))


def test_a_row_follows_its_id_where_staff_moved_it(make_title) -> None:
    imported(row("jikan", "Mokomoko", mal="1"))
    other = make_title("Fluffy")
    ExternalId.objects.update(title=other)

    imported(row("jikan", "Mokomoko TV", mal="1"))

    assert SourceRecord.objects.get().title_id == title_of("mal", "1") == other.pk
    other.refresh_from_db()
    assert other.name == "Mokomoko TV"
