"""What is kept of each source, and how a title follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from catalog.importing import imports
from catalog.importing.corrections import contradictions
from catalog.importing.imports import import_catalogue, import_rows
from catalog.importing.parsers.base import SourceTag, SourceTitle
from catalog.importing.precedence import UnknownSourceError
from catalog.models import SourceRecord, Title, TitleName
from catalog.search.find import search_titles
from catalog.versioning import catalogue_version
from tests.catalog.importing.files import OFFLINE, mal_2020_file, offline_file

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def row(source: str = "jikan", number: int = 1, **fields) -> SourceTitle:
    defaults = {"external_ids": {"mal": "1"}, "name": "Mokomoko", "format": "tv", "season_year": 2019}
    return SourceTitle(**{"source": source, "row": number, **defaults, **fields})


def imported(*rows: SourceTitle, as_of: datetime | None = NOW) -> tuple[int, int, int, int]:
    report = import_rows(rows, "test", as_of=as_of)
    return report.created, report.updated, report.unchanged, report.merged


def version_changes(django_capture_on_commit_callbacks, *rows: SourceTitle) -> bool:
    before = catalogue_version()
    with django_capture_on_commit_callbacks(execute=True):
        imported(*rows)
    return catalogue_version() != before


def test_each_row_is_kept_with_its_dates() -> None:
    imported(row(episodes=12))

    record = SourceRecord.objects.get()
    assert (record.source, record.key, record.as_of) == ("jikan", "mal:1", NOW)
    assert record.data == {
        "ids": {"mal": "1"}, "name": "Mokomoko", "format": "tv", "season_year": 2019, "episodes": 12,
    }  # fmt: skip
    assert record.seen_at == record.changed_at


def test_a_row_with_some_of_the_values_keeps_the_others_with_their_date() -> None:
    imported(row(episodes=12, synopsis="A cloud."))

    assert imported(row(episodes=13), as_of=NOW + timedelta(days=1)) == (0, 1, 0, 0)

    record = SourceRecord.objects.get()
    assert (record.data["episodes"], record.data["synopsis"]) == (13, "A cloud.")
    assert record.dates == {"synopsis": NOW.isoformat()}
    assert Title.objects.get().synopsis == "A cloud."


def test_an_older_row_only_fills_gaps() -> None:
    imported(row(episodes=13))

    imported(row(episodes=12, synopsis="A cloud."), as_of=NOW - timedelta(days=9))

    title = Title.objects.get()
    assert (title.episodes, title.synopsis) == (13, "A cloud.")
    assert SourceRecord.objects.get().as_of == NOW


def test_names_tags_and_studios_that_a_source_takes_back_are_gone() -> None:
    tags = (SourceTag("Comedy", "genre"), SourceTag("Clouds", "tag"))
    imported(row(synonyms=("Moko", "Wrong Name"), tags=tags, studios=("Kumo", "Other")))

    imported(row(synonyms=("Moko",), tags=tags[:1], studios=("Kumo",)))

    title = Title.objects.get()
    assert set(title.names.values_list("text", flat=True)) == {"Mokomoko", "Moko"}
    assert list(title.studios.values_list("name", flat=True)) == ["Kumo"]
    assert search_titles("wrong name", None) == []


def test_names_that_staff_added_stay(make_title) -> None:
    imported(row(synonyms=("Moko",)))
    TitleName.objects.create(title=Title.objects.get(), kind="synonym", text="By Hand", key="by hand")

    imported(row(synonyms=("Mokomoko TV",)))

    assert set(TitleName.objects.values_list("text", flat=True)) == {"Mokomoko", "Mokomoko TV", "By Hand"}


def test_values_from_before_records_were_kept_stay_until_a_better_source_has_them() -> None:
    imported(row("anilist", external_ids={"mal": "1", "anilist": "5"}, episodes=12, synopsis="Old."))
    SourceRecord.objects.all().delete()

    imported(row("offline-database", episodes=99))
    assert (Title.objects.get().episodes, Title.objects.get().synopsis) == (12, "Old.")

    imported(row("jikan", episodes=13))
    assert (Title.objects.get().episodes, Title.objects.get().synopsis) == (13, "Old.")


def test_an_unchanged_row_changes_nothing_and_leaves_caches_alone(django_capture_on_commit_callbacks) -> None:
    imported(row(episodes=12))
    before = list(Title.objects.values())

    assert not version_changes(django_capture_on_commit_callbacks, row(episodes=12))

    assert list(Title.objects.values()) == before
    assert version_changes(django_capture_on_commit_callbacks, row(episodes=13))


def test_an_unchanged_file_is_not_even_read(tmp_path: Path, monkeypatch) -> None:
    path = mal_2020_file(tmp_path, {}, {"MAL_ID": "2", "Score": "11"})
    first = import_catalogue([path], "mal-2020")
    monkeypatch.setitem(imports.FORMATS, "mal-2020", lambda path: pytest.fail("the file was read"))

    second = import_catalogue([path], "mal-2020")

    assert (second.unchanged, second.rejected) == (first.created, first.rejected)


def test_an_unchanged_file_is_read_again_when_its_titles_are_gone(tmp_path: Path) -> None:
    path = mal_2020_file(tmp_path, {})
    import_catalogue([path], "mal-2020")
    Title.objects.all().delete()

    assert import_catalogue([path], "mal-2020").created == 1


def test_the_offline_database_says_how_old_it_is(tmp_path: Path) -> None:
    path = offline_file(tmp_path, {})
    path.write_text(path.read_text().replace('{"license"', '{"lastUpdate": "2025-03-02", "license"'))

    import_catalogue([path], "offline-database")

    assert SourceRecord.objects.get().as_of == datetime(2025, 3, 2, tzinfo=UTC)


def test_a_source_without_a_place_in_the_orders_is_refused() -> None:
    with pytest.raises(UnknownSourceError, match="'animenfo' is not a source: add it to catalog/importing/precedence"):
        imported(row("animenfo"))
    assert Title.objects.count() == 0


class TestDates:
    def test_a_much_older_value_loses_whatever_its_source(self) -> None:
        imported(row("jikan", status="airing", episodes=12, name_english="Fluffy"), as_of=NOW - timedelta(days=200))
        imported(row("anilist", status="finished", episodes=13, name_english="Cloudy"))

        title = Title.objects.get()
        assert (title.status, title.episodes, title.name_english) == ("finished", 13, "Fluffy")

    def test_a_source_that_is_confirmed_wins_again(self) -> None:
        imported(row("jikan", episodes=12), as_of=NOW - timedelta(days=200))
        imported(row("anilist", episodes=13))

        imported(row("jikan", episodes=12), as_of=NOW)

        assert Title.objects.get().episodes == 12

    def test_a_source_that_lags_loses_when_another_is_confirmed(self) -> None:
        imported(row("jikan", episodes=12), as_of=NOW - timedelta(days=80))
        imported(row("anilist", episodes=13), as_of=NOW - timedelta(days=20))
        assert Title.objects.get().episodes == 12

        imported(row("anilist", episodes=13), as_of=NOW + timedelta(days=20))

        assert Title.objects.get().episodes == 13

    def test_numbers_of_another_community_never_win_by_age(self) -> None:
        imported(row("mal-2020", members=1000, score=7.0), as_of=datetime(2021, 1, 1, tzinfo=UTC))
        imported(row("anilist", members=90, score=8.0))

        assert (Title.objects.get().members, Title.objects.get().score) == (1000, 7.0)

    def test_a_last_day_in_the_past_ends_a_title(self, monkeypatch) -> None:
        from anirec.lib.partial_dates import PartialDate

        imported(row("jikan", status="airing", started_on=PartialDate(2019, 4, 3), ended_on=PartialDate(2019, 6, 19)))

        title = Title.objects.get()
        assert (title.status, title.field_sources["status"]) == ("finished", "jikan")

    def test_a_title_ends_without_a_word_from_its_source(self) -> None:
        from anirec.lib.partial_dates import PartialDate

        day = timezone.now().date() + timedelta(days=1)
        imported(row(status="airing", ended_on=PartialDate(day.year, day.month, day.day)))
        assert Title.objects.get().status == "airing"
        SourceRecord.objects.update(data={"ids": {"mal": "1"}, "name": "Mokomoko", "status": "airing",
                                          "ended_on": "2020-01-01"})  # fmt: skip
        Title.objects.update(ended_on=PartialDate(2020, 1, 1))

        imported(row(number=2, external_ids={"mal": "2"}, name="Another"))

        assert Title.objects.get(external_ids__value="1").status == "finished"

    def test_a_next_airing_long_past_counts_for_nothing(self) -> None:
        past, future = timezone.now() - timedelta(days=30), timezone.now() + timedelta(days=2)
        imported(row("anilist", next_airing_at=past, next_episode=4), as_of=timezone.now())
        assert (Title.objects.get().next_airing_at, Title.objects.get().next_episode) == (None, None)

        imported(row("jikan", next_airing_at=future, next_episode=5), as_of=timezone.now())

        title = Title.objects.get()
        assert (title.next_airing_at, title.next_episode) == (future, 5)
        assert title.field_sources["next_airing_at"] == "jikan"


def test_staff_see_what_sources_disagree_on() -> None:
    imported(row("jikan", episodes=12, status="airing", members=5), as_of=NOW - timedelta(days=200))
    imported(row("anilist", episodes=13, status="airing", members=9))

    [found] = contradictions([Title.objects.get().pk])

    assert found.field == "episodes"
    assert [(one.source, one.value, one.as_of, one.is_chosen) for one in found.claims] == [
        ("anilist", 13, NOW, True),
        ("jikan", 12, NOW - timedelta(days=200), False),
    ]


def test_relations_are_found_when_the_other_title_comes_with_another_source(tmp_path: Path) -> None:
    import_catalogue([offline_file(tmp_path, {**OFFLINE})], "offline-database")

    imported(row("jikan", external_ids={"mal": "2"}, name="Mokomoko Zoku"))

    assert list(Title.objects.get(external_ids__value="2").relations.values_list("kind", "to_title__name")) == [
        ("related", "Mokomoko")
    ]
