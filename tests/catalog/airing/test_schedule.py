from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from anirec.lib.time_zones import ZONES
from catalog.airing.schedule import (
    COUR,
    WEEK,
    Schedule,
    airings,
    has_sample_times,
    next_airing,
    on_air,
    schedule_of,
    week_of,
)
from catalog.models import CalendarFeed, Title

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def title(**fields) -> Title:
    title = Title(**{"name": "Kumo", "status": "airing", **fields})
    title.popularity = 0.0  # as the database computes it
    return title


class TestSchedule:
    def test_is_weekly_from_the_next_episode_to_the_last(self):
        known = schedule_of(title(next_airing_at=NOON, next_episode=8, episodes=10))
        assert known == Schedule(NOON, 8, NOON + 2 * WEEK)
        assert list(known.between(NOON - WEEK, NOON + 9 * WEEK)) == [
            (NOON, 8), (NOON + WEEK, 9), (NOON + 2 * WEEK, 10),
        ]  # fmt: skip

    def test_of_unknown_length_goes_on_for_a_cour(self):
        assert schedule_of(title(next_airing_at=NOON)).last == NOON + COUR * WEEK

    def test_begins_with_the_first_broadcast_in_japan_after_the_start(self):
        """Friday 00:26 in Japan is Thursday afternoon in UTC."""
        known = schedule_of(title(broadcast_day=5, broadcast_time=time(0, 26), started_on="2026-07-01", episodes=3))
        assert (known.first, known.episode, known.last) == (
            datetime(2026, 7, 2, 15, 26, tzinfo=UTC), 1, datetime(2026, 7, 16, 15, 26, tzinfo=UTC),
        )  # fmt: skip

    def test_ends_on_the_last_day_where_episodes_are_not_counted(self):
        known = schedule_of(
            title(broadcast_day=5, broadcast_time=time(23), started_on="2026-07-03", ended_on="2026-07-17")
        )
        found = [at.date() for at, _ in known.between(NOON - 20 * WEEK, NOON)]
        assert found == [date(2026, 7, 3), date(2026, 7, 10), date(2026, 7, 17)]

    def test_counts_weeks_from_any_moment(self):
        known = Schedule(NOON, 1, None)
        assert list(known.between(NOON + 100 * WEEK + timedelta(seconds=1), NOON + 102 * WEEK)) == [
            (NOON + 101 * WEEK, 102)
        ]

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "finished", "next_airing_at": NOON},
            {"broadcast_day": 5},
            {"broadcast_time": time(23)},
            {"status": "upcoming", "broadcast_day": 5, "broadcast_time": time(23), "started_on": "2027"},
        ],
    )
    def test_of_what_nobody_knows_is_nothing(self, fields):
        assert schedule_of(title(**fields)) is None


def test_the_hour_moves_when_clocks_do():
    """Japan's clocks never change; Berlin's went back on 25 October 2026."""
    on_sundays = title(broadcast_day=7, broadcast_time=time(23, 15), started_on="2026-10-04")
    found = airings([on_sundays], datetime(2026, 10, 18, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    assert [f"{airing.at.astimezone(BERLIN):%d %H:%M}" for airing in found] == ["18 16:15", "25 15:15", "01 15:15"]


def test_days_are_as_long_as_clocks_have_them():
    hours = {day.day: (end - start) / timedelta(hours=1) for day, start, end in week_of(date(2026, 10, 23), BERLIN)}
    assert (hours[24], hours[25], hours[26]) == (24, 25, 24)


@pytest.mark.django_db
class TestWhatIsOnAir:
    @pytest.fixture
    def titles(self, make_title) -> dict[str, Title]:
        soon = timezone.now() + timedelta(hours=1)
        on = {"status": "airing", "next_airing_at": soon, "next_episode": 4}
        return {
            "kumo": make_title("Kumo", **on),
            "yoru": make_title("Yoru", is_adult=True, **on),
            "ame": make_title("Ame", status="finished"),
        }

    def test_is_what_the_viewer_may_see(self, titles, make_member):
        assert set(on_air(None)) == set(on_air(make_member())) == {titles["kumo"]}
        assert set(on_air(make_member(shows_adult=True))) == {titles["kumo"], titles["yoru"]}

    def test_can_be_narrowed_to_what_one_follows(self, titles, make_entry, member, make_member):
        make_entry(member, titles["kumo"], status="watching")
        make_entry(make_member("other"), titles["kumo"], status="dropped")
        assert list(on_air(member, only_mine=True)) == [titles["kumo"]]
        member.entries.update(status="dropped")
        assert list(on_air(member, only_mine=True)) == []

    def test_comes_with_the_next_episode(self, titles):
        found = next_airing(titles["kumo"], timezone.now())
        assert (found.episode, found.at) == (4, titles["kumo"].next_airing_at)
        assert next_airing(titles["ame"], timezone.now()) is None

    @pytest.mark.parametrize("n", [1, 3])
    def test_takes_the_same_queries_for_any_number_of_titles(
        self, client, member, make_title, make_entry, n, django_assert_num_queries
    ):
        for _ in range(n):
            soon = timezone.now() + timedelta(hours=1)
            make_entry(member, make_title(status="airing", next_airing_at=soon), status="watching")
        client.force_login(member)
        has_sample_times()  # kept until the catalogue changes
        with django_assert_num_queries(5):  # session, member, titles, feed, their list
            response = client.get(reverse("catalog:calendar"), {"mine": "on"})
        assert response.context["n_airings"] == n

    def test_is_shown_in_the_zone_of_the_address_which_the_browser_keeps(self, client, titles):
        at = titles["kumo"].next_airing_at
        shown = client.get(reverse("catalog:calendar"), {"zone": "Asia/Tokyo"})
        again = client.get(reverse("catalog:calendar"))
        assert shown.context["zone"] == again.context["zone"] == "Asia/Tokyo"
        assert f">{at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}</time>" in again.content.decode()

    @pytest.mark.parametrize("query", [{"zone": "../../etc"}, {"week": "many"}, {"week": "99999999"}, {"mine": "on"}])
    def test_takes_anything_in_the_address(self, client, titles, query):
        response = client.get(reverse("catalog:calendar"), query)
        assert (response.status_code, response.context["zone"]) == (200, "UTC")

    def test_of_a_member_is_in_their_zone(self, client, make_member):
        client.force_login(make_member(time_zone="America/New_York"))
        assert client.get(reverse("catalog:calendar")).context["zone"] == "America/New_York"

    def test_every_zone_on_offer_exists(self):
        assert {ZoneInfo(name).key for name in ZONES} == set(ZONES)


@pytest.mark.django_db
class TestFeed:
    @pytest.fixture
    def feed(self, member, make_title, make_entry) -> CalendarFeed:
        soon = timezone.now().replace(microsecond=0) + timedelta(hours=1)
        for name, fields in (("Kumo; the\r\nEND:VEVENT", {}), ("Yoru", {"is_adult": True})):
            show = make_title(name, status="airing", next_airing_at=soon, next_episode=11, episodes=12, **fields)
            make_entry(member, show, status="planned")
        make_title("Not theirs", status="airing", next_airing_at=soon)
        return CalendarFeed.objects.create(user=member)

    def events(self, client, feed) -> list[str]:
        response = client.get(feed.get_absolute_url())
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        return [str(event["summary"]) for event in Calendar.from_ical(response.content).walk("VEVENT")]

    def test_has_the_episodes_of_what_the_member_follows(self, client, feed):
        assert self.events(client, feed) == [
            "Kumo; the\nEND:VEVENT, episode 11", "Kumo; the\nEND:VEVENT, episode 12",
        ]  # fmt: skip

    def test_has_adult_titles_with_the_opt_in_alone(self, client, feed, member):
        member.shows_adult = True
        member.save()
        assert sorted(set(self.events(client, feed)))[-1] == "Yoru, episode 12"

    def test_has_whole_moments_and_addresses(self, client, feed):
        (event, _) = Calendar.from_ical(client.get(feed.get_absolute_url()).content).walk("VEVENT")
        kumo = Title.objects.get(name__startswith="Kumo")
        assert event["dtstart"].dt == kumo.next_airing_at
        assert str(event["url"]) == f"http://testserver/titles/{kumo.pk}/"

    def test_ends_when_it_is_renewed_or_taken_away(self, client, feed, member):
        client.force_login(member)
        client.post(reverse("catalog:renew_feed"))
        renewed = CalendarFeed.objects.get(user=member)
        assert client.get(feed.get_absolute_url()).status_code == 404
        assert self.events(client, renewed) != []
        client.post(reverse("catalog:revoke_feed"))
        assert client.get(renewed.get_absolute_url()).status_code == 404

    def test_ends_with_the_account(self, client, feed, member):
        member.is_active = False
        member.save()
        assert client.get(feed.get_absolute_url()).status_code == 404

    def test_is_made_by_a_member_on_purpose(self, client, feed):
        renew = reverse("catalog:renew_feed")
        assert (client.get(renew).status_code, client.post(renew).status_code) == (405, 302)
        assert CalendarFeed.objects.get() == feed
