"""Whom an episode is announced to, when, and that it is only once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from accounts.models import HiddenTitle, ListEntry, User
from catalog.models import Broadcast, Title
from catalog.titles.merging import merge_titles
from social.airing_news.choosing import choose
from social.airing_news.telling import notify_of_episodes
from social.models import Notification, NotificationSettings
from social.notifications import pushing
from social.notifications.channels import choose_channels
from social.notifications.notifying import count_unread
from social.notifications.queries import groups_of, read_groups

pytestmark = pytest.mark.django_db
AIRS = datetime(2026, 3, 28, 15, 0, tzinfo=UTC)
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def at(monkeypatch):
    """Let it be a time."""

    def at(now: datetime) -> datetime:
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        return now

    at(AIRS - 30 * DAY)
    return at


@pytest.fixture
def ada(at, make_member) -> User:
    return make_member("ada")


@pytest.fixture
def frieren(make_title) -> Title:
    return make_title("Frieren", status="airing", episodes=28, next_airing_at=AIRS, next_episode=5)


@pytest.fixture
def watched(ada, frieren, make_entry) -> ListEntry:
    return make_entry(ada, frieren, status="watching", progress=4)


@pytest.fixture
def tell(at):
    """Run the job at a time. Return the number of new notifications."""
    return lambda now: notify_of_episodes(at(now))


def told(member: User) -> list[str]:
    return [one.sentence for one in read_groups(list(groups_of(member)))]


class TestWhen:
    def test_once_when_the_episode_airs(self, ada, watched, tell):
        assert [tell(AIRS + minutes * MINUTE) for minutes in (-1, 0, 2, 4)] == [0, 1, 0, 0]
        assert told(ada) == ["Frieren, episode 5: aired Sat, 28 Mar 2026, 15:00"]
        assert User.objects.get(pk=ada.pk).unread_notifications == 1

    @pytest.mark.parametrize("lead", [15, 60, 1440])
    def test_ahead_by_as_much_as_the_member_wants(self, ada, watched, tell, lead):
        NotificationSettings.objects.create(member=ada, airing_lead=lead)
        due = AIRS - lead * MINUTE
        assert [tell(due - MINUTE), tell(due), tell(AIRS)] == [0, 1, 0]

    def test_a_titles_own_choice_comes_first(self, ada, watched, frieren, tell):
        NotificationSettings.objects.create(member=ada, airing_lead=1440)
        choose(ada, frieren, "60")
        assert [tell(AIRS - 2 * HOUR), tell(AIRS - HOUR)] == [0, 1]

    def test_by_the_weekday_and_hour_in_japan_if_nothing_else_is_known(self, ada, make_title, make_entry, tell):
        weekly = make_title("Weekly", status="airing", episodes=None, broadcast_day=6, broadcast_time=time(17, 30))
        make_entry(ada, weekly, status="watching")
        airs = datetime(2026, 3, 28, 8, 30, tzinfo=UTC)
        assert [tell(airs - MINUTE), tell(airs + MINUTE), tell(airs + 2 * HOUR)] == [0, 1, 0]
        assert told(ada) == ["Weekly, new episode: aired Sat, 28 Mar 2026, 08:30"]
        assert tell(airs + WEEK) == 1


class TestSchedulesChange:
    def test_an_episode_isnt_missed_when_the_source_moves_on_first(self, ada, watched, frieren, tell):
        tell(AIRS - MINUTE)
        Title.objects.filter(pk=frieren.pk).update(next_airing_at=AIRS + WEEK, next_episode=6)
        assert tell(AIRS + MINUTE) == 1
        assert told(ada) == ["Frieren, episode 5: aired Sat, 28 Mar 2026, 15:00"]

    def test_nor_the_last_one_when_the_title_is_over_at_once(self, ada, watched, frieren, tell):
        tell(AIRS - MINUTE)
        Title.objects.filter(pk=frieren.pk).update(next_airing_at=None, next_episode=None, status="finished")
        assert tell(AIRS + MINUTE) == 1

    @pytest.mark.parametrize("by", [-HOUR, HOUR, DAY])
    def test_a_corrected_time_is_announced_once_and_at_the_new_time(self, ada, watched, frieren, tell, by):
        tell(AIRS - 36 * HOUR)
        Title.objects.filter(pk=frieren.pk).update(next_airing_at=AIRS + by)
        assert [tell(AIRS + by - MINUTE), tell(AIRS + by + MINUTE), tell(AIRS + by + DAY / 2)] == [0, 1, 0]
        assert Broadcast.objects.filter(title=frieren, number=5).count() == 1

    def test_a_delay_by_a_week_is_announced_when_it_airs(self, ada, watched, frieren, tell):
        tell(AIRS - MINUTE)
        Title.objects.filter(pk=frieren.pk).update(next_airing_at=AIRS + WEEK)
        assert [tell(AIRS + MINUTE), tell(AIRS + WEEK + MINUTE)] == [0, 1]

    def test_what_was_announced_ahead_shows_the_corrected_time(self, ada, watched, frieren, tell):
        NotificationSettings.objects.create(member=ada, airing_lead=1440)
        tell(AIRS - DAY)
        Title.objects.filter(pk=frieren.pk).update(next_airing_at=AIRS + 2 * HOUR)
        assert tell(AIRS - HOUR) == 0
        assert told(ada) == ["Frieren, episode 5: airs Sat, 28 Mar 2026, 17:00"]

    def test_after_an_outage_the_last_day_is_made_up_for_and_nothing_older(self, ada, watched, tell):
        assert tell(AIRS + 23 * HOUR) == 1
        assert tell(AIRS + WEEK + 25 * HOUR) == 0

    def test_a_cancelled_title_is_forgotten(self, ada, watched, frieren, tell):
        tell(AIRS - HOUR)
        Title.objects.filter(pk=frieren.pk).update(status="cancelled")
        assert [tell(AIRS - MINUTE), tell(AIRS)] == [0, 0]
        assert not Broadcast.objects.exists()

    def test_merged_titles_announce_an_episode_once(self, ada, watched, frieren, make_title, make_entry, tell):
        twin = make_title("Frieren (twin)", status="airing", next_airing_at=AIRS, next_episode=5)
        make_entry(ada, twin, status="watching", progress=4)
        assert tell(AIRS) == 2
        merge_titles(frieren.pk, twin.pk)
        assert (tell(AIRS + MINUTE), Notification.objects.count(), Broadcast.objects.count()) == (0, 1, 1)


class TestWhom:
    @pytest.mark.parametrize(
        ("status", "n"),
        [("watching", 1), ("planned", 0), ("dropped", 0), ("completed", 0), ("on_hold", 0), ("rewatching", 0)],
    )
    def test_those_who_watch_it(self, ada, frieren, make_entry, tell, status, n):
        make_entry(ada, frieren, status=status, progress=4)
        assert tell(AIRS) == n

    @pytest.mark.parametrize(("status", "n"), [("planned", 1), ("on_hold", 0)])
    def test_those_who_plan_it_if_they_want(self, ada, frieren, make_entry, tell, status, n):
        NotificationSettings.objects.create(member=ada, airs_planned=True)
        make_entry(ada, frieren, status=status)
        assert tell(AIRS) == n

    @pytest.mark.parametrize(("status", "n"), [("planned", 1), ("on_hold", 1), ("rewatching", 1), ("dropped", 0)])
    def test_those_who_have_turned_it_on_but_never_who_dropped_it(self, ada, frieren, make_entry, tell, status, n):
        make_entry(ada, frieren, status=status)
        choose(ada, frieren, "0")
        assert tell(AIRS) == n

    @pytest.mark.parametrize("why", ["hidden", "off", "kind off", "watched", "suspended", "adult", "age", "later"])
    def test_nobody_else(self, ada, frieren, watched, tell, why):
        {
            "hidden": lambda: HiddenTitle.objects.create(user=ada, title=frieren),
            "off": lambda: choose(ada, frieren, "off"),
            "kind off": lambda: choose_channels(ada, {"airing": []}),
            "watched": lambda: ListEntry.objects.update(progress=5),
            "suspended": lambda: User.objects.update(is_active=False),
            "adult": lambda: Title.objects.update(is_adult=True),
            "age": lambda: User.objects.update(age_limit="pg"),
            "later": lambda: ListEntry.objects.update(created_at=AIRS + MINUTE),
        }[why]()
        assert tell(AIRS + 2 * MINUTE) == 0

    def test_adults_who_want_adult_titles_and_children_of_the_right_age(self, ada, frieren, watched, tell):
        Title.objects.update(is_adult=True)
        User.objects.update(shows_adult=True)
        assert tell(AIRS) == 1
        Title.objects.update(is_adult=False, age_rating="pg", next_airing_at=AIRS + WEEK, next_episode=6)
        User.objects.update(age_limit="pg")
        assert tell(AIRS + WEEK) == 1


class TestOfManyEpisodes:
    def test_a_day_is_one_group(self, ada, make_title, make_entry, tell):
        for number in range(3):
            title = make_title(f"T{number}", status="airing", next_airing_at=AIRS + number * HOUR, next_episode=1)
            make_entry(ada, title, status="watching")
        assert [tell(AIRS + number * HOUR) for number in range(3)] == [1, 1, 1]
        assert told(ada) == ["T2, episode 1: aired Sat, 28 Mar 2026, 17:00, and 2 more"]
        (group,) = read_groups(list(groups_of(ada)))
        assert group.url == "/airing/missed/"
        counted = User.objects.get(pk=ada.pk).unread_notifications
        count_unread(ada.pk)
        assert (counted, User.objects.get(pk=ada.pk).unread_notifications) == (1, 1)

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_number_of_queries(
        self, frieren, make_title, make_member, make_entry, at, turn_on, n, django_assert_num_queries
    ):
        titles = [frieren, *(make_title(status="airing", next_airing_at=AIRS, next_episode=1) for _ in range(n))]
        for _ in range(n):
            member = make_member()
            turn_on(member)
            for title in titles:
                make_entry(member, title, status="watching")
        now = at(AIRS + MINUTE)
        with django_assert_num_queries(13):
            assert notify_of_episodes(now) == n * (n + 1)
        with django_assert_num_queries(14):
            assert pushing.push_due(now) == n


class TestPush:
    def test_goes_to_who_has_a_device(self, ada, watched, frieren, make_member, make_entry, turn_on, tell, at):
        make_entry(make_member("bob"), frieren, status="watching")
        turn_on(ada)
        assert tell(AIRS) == 2
        assert Notification.objects.filter(push_at__isnull=False).count() == 1
        assert (pushing.push_due(), pushing.push_due()) == (1, 0)

    @pytest.mark.parametrize("why", ["dropped", "hidden", "watched", "read", "off"])
    def test_isnt_sent_after_quiet_hours_if_it_doesnt_matter_any_more(
        self, ada, watched, frieren, turn_on, tell, at, why
    ):
        NotificationSettings.objects.create(member=ada, quiet_from=time(14), quiet_to=time(18))
        turn_on(ada)
        tell(AIRS)
        assert pushing.push_due() == 0
        {
            "dropped": lambda: ListEntry.objects.update(status="dropped"),
            "hidden": lambda: HiddenTitle.objects.create(user=ada, title=frieren),
            "watched": lambda: ListEntry.objects.update(progress=5),
            "read": lambda: Notification.objects.update(is_read=True),
            "off": lambda: choose_channels(ada, {"airing": ["site"]}),
        }[why]()
        at(AIRS + 4 * HOUR)
        assert pushing.push_due() == 0
        assert not Notification.objects.filter(push_at__isnull=False).exists()


def test_the_choice_of_a_title_is_made_on_its_page_and_by_the_api(client, api, member, frieren):
    client.force_login(member)
    url = f"/titles/{frieren.pk}/airing/"
    assert client.post(url, {"when": "15"}).status_code == 302
    assert '<option value="15" selected>15 minutes before</option>' in client.get(url).content.decode()
    assert client.post(url, {"when": "soon"}).status_code == 400
    address = f"/api/v1/my/airing/{frieren.pk}/"
    assert api.get(address).json() == {"when": "15"}
    assert api.put(address, {"when": "default"}, format="json").json() == {"when": "default"}
    assert api.put(address, {"when": "17"}, format="json").status_code == 400
