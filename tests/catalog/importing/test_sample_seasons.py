"""The sample's two seasons: always on air, until a real source knows better."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from catalog.airing.schedule import airings, has_sample_times, on_air
from catalog.airing.seasons import Season
from catalog.importing.imports import import_rows
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.files import sample
from catalog.importing.sample_seasons import add_sample_seasons, keep_sample_current
from catalog.models import Title
from catalog.versioning import forget

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 29)
FRIEREN = "59978"


def frieren() -> Title:
    return Title.objects.get(external_ids__provider="mal", external_ids__value=FRIEREN)


class TestDates:
    @pytest.mark.parametrize("day", [date(2026, 1, 1) + timedelta(days=23 * n) for n in range(40)], ids=str)
    def test_this_season_and_the_next_are_there_on_any_day(self, day):
        rows = list(sample.read_seasons(day))
        seasons = {(row.season_year, str(row.season)) for row in rows}
        this = Season.at(day)
        assert seasons == {(this.year, this.name), (this.next.year, this.next.name)}

    @pytest.mark.parametrize("day", [date(2026, 1, 1) + timedelta(days=23 * n) for n in range(40)], ids=str)
    def test_weekdays_stay_and_the_status_follows_from_the_dates(self, day):
        true = {row.external_ids["mal"]: row for row in sample.read(sample.SEASONS_PATH)}
        for row in sample.read_seasons(day):
            start, end = date.fromisoformat(str(row.started_on)), date.fromisoformat(str(row.ended_on))
            own = date.fromisoformat(str(true[row.external_ids["mal"]].started_on))
            assert start.weekday() == own.weekday()
            assert row.status == ("upcoming" if day < start else "airing" if day <= end else "finished")
            assert (row.score is None) == (row.status == "upcoming")


class TestSite:
    def test_a_new_site_has_a_season_and_a_calendar(self, client):
        add_sample_seasons(date.today())
        assert len(list(client.get(reverse("catalog:season_now")).context["groups"])) == 1
        page = client.get(reverse("catalog:calendar"))
        assert page.context["n_airings"] > 0
        assert "Sample data" in page.content.decode()

    def test_dates_move_with_the_calendar(self):
        today = date.today()
        add_sample_seasons(today - timedelta(days=120))
        keep_sample_current(today)
        title, season = frieren(), Season.at(today)
        assert (title.season_year, title.season) == (season.year, season.name)
        assert title.status != "finished" or today > date.fromisoformat(str(title.ended_on))

    def test_nothing_changes_from_day_to_day(self):
        add_sample_seasons(TODAY)
        report = keep_sample_current(TODAY + timedelta(days=1))
        assert (report.created, report.updated) == (0, 0)

    def test_titles_that_are_gone_do_not_come_back(self):
        add_sample_seasons(TODAY)
        frieren().delete()
        keep_sample_current(TODAY)
        assert Title.objects.count() == 39

    def test_a_title_that_a_source_knows_gets_its_true_dates(self):
        add_sample_seasons(TODAY)
        import_rows(
            [
                SourceTitle(
                    source="offline-database", row=1, external_ids={"mal": FRIEREN},
                    name="Sousou no Frieren 2nd Season", status="finished", season="winter", season_year=2026,
                )
            ],
            "file",
        )  # fmt: skip
        keep_sample_current(TODAY)
        title = frieren()
        assert (title.season, title.season_year, title.status) == ("winter", 2026, "finished")
        assert str(title.started_on) == "2026-01-16"
        soon = [one.title for one in airings(on_air(None), *_this_week())]
        assert title not in soon

    def test_with_real_air_times_nothing_is_called_a_sample(self, make_title):
        add_sample_seasons(TODAY)
        assert has_sample_times()
        make_title(
            status="airing", broadcast_time="23:00", broadcast_day=5, field_sources={"broadcast_time": "myanimelist"}
        )
        forget()  # what an import does at its end
        assert not has_sample_times()


def _this_week():
    from django.utils import timezone

    return timezone.now(), timezone.now() + timedelta(days=7)
