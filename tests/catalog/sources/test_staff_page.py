"""The staff page and the commands of sources: what they say of each, and what staff can do."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from anirec.lib import jobs
from catalog.models import SourceDay, SourceState, StoredAnswer
from catalog.sources import tasks
from catalog.sources.queries import Health, source_statuses
from tests.catalog.sources.scripted import START

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def enabled(settings, clock):
    settings.SOURCES = ["offline-database", "kitsu"]
    settings.OFFLINE_DATABASE_URL = "http://127.0.0.1:1/file.json"
    return clock


def health(**values) -> Health:
    SourceState.objects.update_or_create(source="offline-database", defaults=values)
    return source_statuses()[0].health


class TestHealth:
    def test_a_source_that_was_never_asked_waits(self, enabled):
        assert source_statuses()[0].health == Health.WAITING

    def test_a_source_is_late_after_a_day(self, enabled):
        assert health(succeeded_at=START - 23 * HOUR) == Health.WORKING
        assert health(succeeded_at=START - 25 * HOUR) == Health.LATE

    def test_a_source_that_asked_for_a_pause_is_paused(self, enabled):
        assert health(succeeded_at=START, open_until=START + HOUR) == Health.PAUSED

    def test_a_source_that_refuses_is_failing(self, enabled):
        assert health(succeeded_at=START, failing_since=START - HOUR, open_until=START + HOUR) == Health.FAILING

    def test_requests_of_the_last_week_are_counted(self, enabled):
        for days, n in ((0, 5), (6, 7), (8, 100)):
            SourceDay.objects.create(source="kitsu", day=(START - timedelta(days=days)).date(), requests=n, refusals=1)
        status = source_statuses()[1]
        assert (status.n_requests, status.n_refusals) == (12, 2)

    def test_what_is_due_is_counted(self, enabled):
        assert [status.n_due for status in source_statuses()] == [1, 3]
        StoredAnswer.objects.create(
            source="kitsu", key="all", url="x", status=200, fetched_at=START, changed_at=START, as_of=START
        )
        assert source_statuses()[1].n_due == 2


class TestPage:
    def test_shows_why_a_source_is_not_asked(self, enabled, client, staff):
        SourceState.objects.create(
            source="kitsu", succeeded_at=START - 30 * HOUR, failing_since=START - 26 * HOUR,
            open_until=START + HOUR, reason="Kitsu fails (status 503).", failures=9,
        )  # fmt: skip
        page = client.get("/staff/sources/").content.decode()
        assert "Kitsu fails (status 503)." in page
        assert "Failing" in page

    def test_without_a_source_it_says_how_to_enable_one(self, client, staff, settings):
        settings.SOURCES = []
        assert "SOURCES=offline-database" in client.get("/staff/sources/").content.decode()

    def test_staff_can_refresh_a_source(self, enabled, client, staff, monkeypatch):
        sent = []
        monkeypatch.setattr("catalog.sources.views.send_soon", lambda task, **kwargs: sent.append((task.name, kwargs)))
        response = client.post("/staff/sources/kitsu/refresh/", follow=True)
        assert sent == [("catalog.tasks.refresh_source", {"name": "kitsu", "is_forced": True})]
        assert "Refresh of Kitsu queued" in response.content.decode()

    def test_a_source_that_is_not_enabled_cannot_be_refreshed(self, enabled, client, staff):
        assert client.post("/staff/sources/jikan/refresh/").status_code == 404


class TestCommands:
    def test_sources_prints_the_state_of_each_source(self, enabled):
        SourceState.objects.create(source="kitsu", succeeded_at=START - 2 * HOUR)
        out = StringIO()
        call_command("sources", stdout=out)
        assert "kitsu: working\n  last answer 2\xa0hours ago; 3 requests due" in out.getvalue()
        assert "offline-database: waiting\n  never answered; 1 requests due" in out.getvalue()

    def test_sources_says_how_to_enable_one(self, settings):
        settings.SOURCES = []
        out = StringIO()
        call_command("sources", stdout=out)
        assert "No source is enabled." in out.getvalue()

    def test_refresh_says_why_a_source_was_not_asked(self, enabled):
        out = StringIO()
        call_command("refresh", "offline-database", stdout=out)
        assert "No connection." in out.getvalue()

    @pytest.mark.parametrize(
        ("names", "reason"), [(["myanimelits"], "Unknown source: myanimelits"), (["jikan"], "Set the address of jikan")]
    )
    def test_refresh_refuses_unknown_sources(self, names, reason, settings):
        settings.JIKAN_URL = ""
        with pytest.raises(CommandError, match=reason):
            call_command("refresh", *names)


@pytest.mark.parametrize(("only_new", "sent"), [(False, ["offline-database", "kitsu"]), (True, ["kitsu"])])
def test_each_source_is_refreshed_by_a_task_of_its_own(enabled, monkeypatch, only_new, sent):
    SourceState.objects.create(source="offline-database", asked_at=START)
    names = []
    monkeypatch.setattr(tasks, "send_soon", lambda task, name: names.append(name))
    tasks.refresh_sources(only_new=only_new)
    assert names == sent


def test_a_source_whose_circuit_is_open_is_left_out(enabled, monkeypatch):
    SourceState.objects.create(source="kitsu", open_until=START + HOUR)
    names = []
    monkeypatch.setattr(tasks, "send_soon", lambda task, name: names.append(name))
    tasks.refresh_sources()
    assert names == ["offline-database"]


def test_refreshes_are_scheduled():
    assert jobs.SCHEDULE["refresh-sources"]["schedule"] <= 600
