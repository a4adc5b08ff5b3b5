"""From a report to the list: forwards only, once, by the list's own rules; and the history of it."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.entries.writing import update_entry
from accounts.models import ListEntry, ScrobbleAddress, ScrobbledShow, ScrobbleEvent
from accounts.scrobbling import recording
from accounts.scrobbling.players import IgnoredError, NotAnEventError
from accounts.security.access import end_access
from accounts.security.limits import TooManyWritesError
from catalog.models import Title
from catalog.titles.merging import merge_titles
from tests.accounts.scrobbling.reports import emby, jellyfin, plex

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(address):
    """Record a report and return its outcome."""
    return lambda report: recording.record(address, json.dumps(report)).outcome


@pytest.fixture
def harbour(make_known):
    return make_known("Quiet Harbour", episodes=12)


def on_list(member) -> list[tuple[str, str, int]]:
    return list(ListEntry.objects.filter(user=member).values_list("title__name", "status", "progress"))


class TestProgress:
    @pytest.mark.parametrize("report", [plex(), jellyfin(), emby()])
    def test_an_episode_becomes_the_progress(self, send, member, harbour, report):
        assert send(report) == "written"
        assert on_list(member) == [("Quiet Harbour", "watching", 3)]

    def test_a_planned_title_is_watched_and_the_last_episode_completes_it(self, send, member, harbour):
        update_entry(member, harbour, status="planned")
        assert (send(plex(index=1)), on_list(member)) == ("written", [("Quiet Harbour", "watching", 1)])
        assert (send(plex(index=12)), on_list(member)) == ("written", [("Quiet Harbour", "completed", 12)])
        assert ListEntry.objects.get().finished_on is not None

    @pytest.mark.parametrize(
        ("status", "progress"), [("watching", 3), ("watching", 8), ("completed", 12), ("completed", 0)]
    )
    def test_progress_never_goes_backwards(self, send, member, harbour, status, progress):
        update_entry(member, harbour, status=status, progress=progress)
        assert send(plex(index=3)) == "unchanged"
        assert on_list(member) == [("Quiet Harbour", status, progress)]

    def test_rewatching_counts_from_the_first_episode(self, send, member, harbour):
        update_entry(member, harbour, status="completed")
        update_entry(member, harbour, status="rewatching")
        assert (send(plex(index=1)), on_list(member)) == ("written", [("Quiet Harbour", "rewatching", 1)])

    @pytest.mark.parametrize("episodes", [1, None])
    def test_a_film_is_completed(self, send, member, make_known, episodes):
        make_known("Fog", format="movie", episodes=episodes)
        assert send(jellyfin(ItemType="Movie", Name="Fog")) == "written"
        assert on_list(member) == [("Fog", "completed", 1)]
        assert send(jellyfin(ItemType="Movie", Name="Fog", Again=1)) == "unchanged"

    @pytest.mark.parametrize("numbers", [{"parentIndex": 0}, {"index": 0}])
    def test_specials_do_not_count(self, send, member, harbour, numbers):
        assert (send(plex(**numbers)), on_list(member)) == ("special", [])

    def test_episodes_of_other_users_do_not_count(self, send, member, harbour):
        assert send({**plex(), "Account": {"title": "bob"}}) == "other"
        assert on_list(member) == []
        assert ScrobbleEvent.objects.values_list("name", "season", "title").get() == ("bob", None, None)


class TestRepeats:
    def test_a_repeated_report_is_one_event(self, send, member, harbour):
        send(plex())
        update_entry(member, harbour, progress=1)
        assert send(plex()) == "written"
        assert (on_list(member), ScrobbleEvent.objects.count()) == ([("Quiet Harbour", "watching", 1)], 1)

    def test_the_same_report_of_another_day_is_another_event(self, send, member, harbour):
        send(plex())
        ScrobbleEvent.objects.update(created_at=timezone.now() - timedelta(days=2))
        update_entry(member, harbour, progress=1)
        assert (send(plex()), on_list(member)) == ("written", [("Quiet Harbour", "watching", 3)])


@pytest.mark.django_db(transaction=True)
def test_simultaneous_repeats_are_one_event(address, harbour):
    def send() -> None:
        recording.record(address, json.dumps(plex()))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert ScrobbleEvent.objects.values_list("outcome", "title_episode").get() == ("written", 3)


class TestDecisions:
    def test_what_is_not_recognised_is_asked_about_once_and_remembered(self, send, member, make_known):
        title = make_known("Port of Silence", episodes=12)
        assert (send(plex(index=3)), send(plex(index=4))) == ("unknown", "unknown")
        show = ScrobbledShow.objects.get()
        assert (show.name, show.season, show.last_episode, show.state) == ("Quiet Harbour", 1, 4, "open")

        assert recording.choose_title(show, title) == (title, 4)
        assert on_list(member) == [("Port of Silence", "watching", 4)]
        assert (send(plex(index=5)), on_list(member)) == ("written", [("Port of Silence", "watching", 5)])
        assert send(plex(parentIndex=2, index=1)) == "unknown"

    def test_a_title_without_the_episode_cannot_be_chosen(self, send, member, make_known):
        send(plex(index=13))
        show = ScrobbledShow.objects.get()
        assert recording.choose_title(show, make_known("Port of Silence", episodes=12)) is None
        show.refresh_from_db()
        assert (show.state, show.title, on_list(member)) == ("open", None, [])

    def test_an_episode_that_the_chosen_title_lacks_is_asked_about_again(self, send, make_known):
        send(plex(index=3))
        title = make_known("Port of Silence", episodes=12)
        recording.choose_title(ScrobbledShow.objects.get(), title)
        assert send(plex(index=13)) == "unknown"
        assert ScrobbledShow.objects.values_list("state", "title", "last_episode").get() == ("open", title.pk, 13)
        assert send(plex(index=4)) == "written"

    def test_a_film_is_chosen_among_titles_of_one_part(self, send, member, make_known):
        send(jellyfin(ItemType="Movie", Name="Fog"))
        show = ScrobbledShow.objects.get()
        assert recording.choose_title(show, make_known("A Series", episodes=12)) is None
        assert recording.choose_title(show, make_known("A Short", format="ova", episodes=1))
        assert on_list(member) == [("A Short", "completed", 1)]

    def test_an_ignored_show_is_not_asked_about_until_the_decision_is_removed(self, send, member, harbour):
        send(plex(grandparentTitle="News"))
        show = ScrobbledShow.objects.get()
        recording.ignore_show(show)
        assert send(plex(grandparentTitle="News", index=4)) == "ignored"
        recording.forget_show(show)
        assert send(plex(grandparentTitle="News", index=5)) == "unknown"

    def test_a_choice_follows_a_merged_title(self, send, member, make_known):
        send(plex(index=3))
        title, kept = (make_known("Port of Silence", episodes=12) for _ in range(2))
        recording.choose_title(ScrobbledShow.objects.get(), title)
        merge_titles(kept.pk, title.pk)
        assert send(plex(index=4)) == "written"
        assert ListEntry.objects.values_list("title", "progress").get() == (kept.pk, 4)

    def test_a_chosen_title_that_the_member_may_no_longer_see_is_asked_about(self, send, make_known):
        send(plex(index=3))
        title = make_known("Port of Silence", episodes=12)
        recording.choose_title(ScrobbledShow.objects.get(), title)
        Title.objects.update(is_adult=True)
        assert (send(plex(index=4)), ScrobbledShow.objects.get().state) == ("unknown", "open")

    def test_only_the_latest_questions_are_kept(self, send, monkeypatch):
        monkeypatch.setattr(recording, "MOST_SHOWS", 2)
        for name in ("One", "Two", "Three"):
            send(plex(grandparentTitle=name))
        assert list(ScrobbledShow.objects.values_list("name", flat=True)) == ["Three", "Two"]


class TestHistory:
    def test_only_the_latest_events_are_kept(self, send, member, make_member, harbour, monkeypatch):
        monkeypatch.setattr(recording, "MOST_EVENTS", 2)
        ScrobbleEvent.objects.create(user=make_member("other"), name="Kept", outcome="special")
        for index in (1, 2, 3):
            send(plex(index=index))
        episodes = ScrobbleEvent.objects.filter(user=member).values_list("episode", flat=True)
        assert (list(episodes), ScrobbleEvent.objects.count()) == ([3, 2], 3)

    def test_other_accounts_do_not_push_events_out(self, send):
        for index in (1, 2, 3):
            send({**plex(index=index), "Account": {"title": "bob"}})
        assert ScrobbleEvent.objects.count() == 1

    def test_an_unreadable_report_is_named_by_its_field(self, send):
        with pytest.raises(NotAnEventError):
            send(plex(index=None))
        assert ScrobbleEvent.objects.values_list("name", "outcome").get() == ("index", "refused")

    def test_other_events_are_not_in_it_but_show_that_the_address_works(self, send):
        with pytest.raises(IgnoredError):
            send({**plex(), "event": "media.play"})
        assert (ScrobbleEvent.objects.count(), ScrobbleAddress.objects.get().last_used_at is None) == (0, False)


def test_too_many_reports_to_one_address_are_refused(send, member, monkeypatch, harbour):
    monkeypatch.setattr(recording, "PER_HOUR", 10)  # a fifth of it for new members
    send(plex(index=1))
    send(plex(index=2))
    with pytest.raises(TooManyWritesError):
        send(plex(index=3))
    other = recording.create_address(member, "Second", "ada")
    assert recording.record(recording.find_address(other), json.dumps(plex(index=3))).outcome == "written"


def test_keys_are_stored_as_hashes_and_end_with_the_members_access(member, key, address):
    assert key not in str(ScrobbleAddress.objects.values().get())
    assert (recording.find_address(key), recording.find_address(key[:-1])) == (address, None)
    end_access(member)
    assert recording.find_address(key) is None


def test_an_inactive_members_addresses_take_nothing(member, key):
    member.is_active = False
    member.save()
    assert recording.find_address(key) is None
