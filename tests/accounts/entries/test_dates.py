"""Dates set themselves: the first episode starts a title, the last finishes it, a rewatch gets a date of its own."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.entries import undo
from accounts.entries import writing as lists
from accounts.models import ListEntry
from anirec.lib.partial_dates import PartialDate

pytestmark = pytest.mark.django_db
TODAY = "2026-03-09"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 9, 12, tzinfo=UTC))


def days(entry: ListEntry) -> tuple[str, str, list[str]]:
    entry.refresh_from_db()
    return str(entry.started_on or ""), str(entry.finished_on or ""), [str(day) for day in entry.rewatched_on]


class TestStart:
    def test_is_the_day_of_the_first_episode(self, member, make_entry):
        entry = lists.watch_episode(member, make_entry(member, status="planned").title, 1)
        assert days(entry) == (TODAY, "", [])
        assert entry.dates_set == ("started_on",)

    def test_is_the_day_of_the_status(self, member, make_title):
        assert days(lists.update_entry(member, make_title(), status="watching")) == (TODAY, "", [])

    def test_is_not_set_by_a_later_episode(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=3)
        assert days(lists.watch_episode(member, entry.title, 4)) == ("", "", [])

    @pytest.mark.parametrize("status", ["planned", "dropped", "on_hold"])
    def test_is_not_set_by_another_status(self, member, make_title, status):
        assert days(lists.update_entry(member, make_title(), status=status)) == ("", "", [])


class TestFinish:
    def test_is_the_day_of_the_last_episode(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=11, started_on="2026-01")
        assert days(lists.watch_episode(member, entry.title, 12)) == ("2026-01", TODAY, [])

    def test_is_the_day_of_the_status(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=11)
        assert days(lists.update_entry(member, entry.title, status="completed")) == ("", TODAY, [])

    def test_of_a_film_is_its_start_too(self, member, make_title):
        film = make_title(format="movie", episodes=1)
        assert days(lists.update_entry(member, film, status="completed")) == (TODAY, TODAY, [])

    def test_is_kept(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=11, finished_on="2025")
        assert days(lists.watch_episode(member, entry.title, 12)) == ("", "2025", [])

    def test_as_given_is_kept(self, member, make_entry):
        entry = make_entry(member, status="watching", progress=11)
        given = {"status": "completed", "finished_on": PartialDate(2024)}
        assert days(lists.update_entry(member, entry.title, **given)) == ("", "2024", [])

    def test_of_a_rewatch_is_a_date_of_its_own(self, member, make_entry):
        entry = make_entry(member, status="completed", progress=12, finished_on="2020")
        lists.update_entry(member, entry.title, status="rewatching")
        seen_again = lists.update_entry(member, entry.title, progress=12)
        assert days(seen_again) == ("", "2020", [TODAY])
        assert seen_again.rewatches == 1


class TestNoDate:
    """To fill in a list says nothing of when a title was watched."""

    @pytest.mark.parametrize(
        "write",
        [
            lambda member, title: lists.set_status(member, title, "completed"),
            lambda member, title: lists.set_score(member, title, 8),
            lambda member, title: lists.watch_up_to(member, [title]),
            lambda member, title: lists.keep_guest_scores(member, {title.pk: 8}),
            lambda member, title: lists.update_entry(member, title, score=8),
            lambda member, title: lists.update_entry(member, title, notes="Sad."),
        ],
    )
    def test_follows_from_filling_in(self, member, make_title, write):
        title = make_title()
        write(member, title)
        assert days(member.entries.get()) == ("", "", [])

    def test_is_set_for_members_who_want_none(self, make_member, make_title):
        member = make_member(sets_dates=False)
        assert days(lists.update_entry(member, make_title(), status="watching")) == ("", "", [])

    def test_is_set_by_a_change_of_something_else(self, member, make_entry):
        entry = make_entry(member, status="watching")
        assert days(lists.update_entry(member, entry.title, notes="Later.")) == ("", "", [])


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", "2026-03-10"), ("America/New_York", TODAY), ("", TODAY)]
)
def test_the_day_is_the_members(make_member, make_title, zone, day):
    member = make_member(time_zone=zone)
    assert days(lists.update_entry(member, make_title(), status="watching"))[0] == day


def test_a_finish_never_precedes_the_start(member, make_entry):
    entry = make_entry(member, status="watching", progress=11, started_on="2027-01-01")
    assert days(lists.watch_episode(member, entry.title, 12)) == ("2027-01-01", "", [])


class TestUndo:
    def test_takes_back_the_dates_alone(self, member, make_entry):
        entry = lists.watch_episode(member, make_entry(member, status="planned").title, 1)
        key = undo.remember_fields(member, entry, {"started_on": None}).split("/")[-2]
        lists.watch_episode(member, entry.title, 2)
        assert undo.take_back(member, key)
        assert days(entry) == ("", "", [])
        assert entry.progress == 2

    def test_leaves_a_date_that_was_changed_since(self, member, make_entry):
        entry = lists.watch_episode(member, make_entry(member, status="planned").title, 1)
        key = undo.remember_fields(member, entry, {"started_on": None}).split("/")[-2]
        lists.update_entry(member, entry.title, started_on=PartialDate(2026, 2))
        assert undo.take_back(member, key)
        assert days(entry) == ("2026-02", "", [])
