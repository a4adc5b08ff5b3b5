"""An episode airs. In-app, by push, in the daily e-mail and in the calendar: at the member's time, in their language.

Berlin's clocks change between the two episodes, those of Los Angeles changed before, those of Tokyo never do.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from icalendar import Calendar

from accounts.models import HiddenTitle, User
from accounts.push import delivering
from catalog.models import CalendarFeed, Title
from social.airing_news.telling import notify_of_episodes
from social.models import Notification, NotificationSettings
from social.notifications import pushing
from social.notifications.channels import choose_channels
from social.notifications.emails import due_digests, send_letter
from tests.html import one_line

pytestmark = pytest.mark.django_db
FIFTH = datetime(2026, 3, 28, 15, 0, tzinfo=UTC)
SIXTH = FIFTH + timedelta(weeks=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

SENTENCES = {
    ("Asia/Tokyo", "en"): [
        "Frieren, episode 5: aired Sun, 29 Mar 2026, 00:00",
        "Frieren, episode 6: aired Sun, 5 Apr 2026, 00:00",
    ],
    ("Asia/Tokyo", "de"): [
        "Frieren, Folge 5: lief am So, 29.03.2026, 00:00",
        "Frieren, Folge 6: lief am So, 05.04.2026, 00:00",
    ],
    ("Europe/Berlin", "en"): [
        "Frieren, episode 5: aired Sat, 28 Mar 2026, 16:00",
        "Frieren, episode 6: aired Sat, 4 Apr 2026, 17:00",
    ],
    ("Europe/Berlin", "de"): [
        "Frieren, Folge 5: lief am Sa, 28.03.2026, 16:00",
        "Frieren, Folge 6: lief am Sa, 04.04.2026, 17:00",
    ],
    ("America/Los_Angeles", "en"): [
        "Frieren, episode 5: aired Sat, 28 Mar 2026, 08:00",
        "Frieren, episode 6: aired Sat, 4 Apr 2026, 08:00",
    ],
    ("America/Los_Angeles", "de"): [
        "Frieren, Folge 5: lief am Sa, 28.03.2026, 08:00",
        "Frieren, Folge 6: lief am Sa, 04.04.2026, 08:00",
    ],
}
EVERY_MEMBER = pytest.mark.parametrize(("zone", "language"), SENTENCES)


@pytest.fixture
def at(monkeypatch):
    """Let it be a time, and run the jobs that are due every few minutes."""

    def at(now: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        for _ in range(2):  # a second run finds nothing left to do
            notify_of_episodes(now)
            pushing.push_due(now)
            delivering.deliver()
            for member_id, kind in due_digests(now):
                send_letter(member_id, kind)

    monkeypatch.setattr("django.utils.timezone.now", lambda: FIFTH - timedelta(days=30))
    return at


@pytest.fixture
def make_viewer(at, make_member, make_title, make_entry, turn_on):
    """Make a member who watches Frieren, has dropped and hidden two others, and wants every channel."""
    frieren, dropped, hidden = (
        make_title(name, status="airing", next_airing_at=FIFTH, next_episode=5)
        for name in ("Frieren", "Dropped", "Hidden")
    )

    def make_viewer(zone: str, language: str, **settings):
        member = make_member(time_zone=zone, language=language)
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        choose_channels(member, {"airing": ["email", "push"]})
        NotificationSettings.objects.create(member=member, **settings)
        make_entry(member, frieren, status="watching", progress=4)
        make_entry(member, dropped, status="dropped", progress=4)
        make_entry(member, hidden, status="watching", progress=4)
        HiddenTitle.objects.create(user=member, title=hidden)
        return member, turn_on(member)[0]

    return make_viewer


def on_the_site(client, member: User) -> list[str]:
    """Return the sentences on the page of notifications."""
    client.force_login(member)
    headers = {"accept-language": member.language}
    content = one_line(client.get("/notifications/", headers=headers))
    return re.findall(r'<article class="notification.*?<p><a href="[^"]*">(.*?)</a>', content)


def letters(member: User) -> list[str]:
    return [str(letter.body) for letter in mail.outbox if letter.to == [member.email]]


@EVERY_MEMBER
def test_push_names_each_episode_once_when_it_airs(make_viewer, push_service, at, zone, language):
    _member, browser = make_viewer(zone, language)
    for airs, n in ((FIFTH, 0), (SIXTH, 1)):
        at(airs - MINUTE)
        assert len(browser.messages(push_service)) == n
        at(airs + MINUTE)
        at(airs + HOUR)
    assert [message["body"] for message in browser.messages(push_service)] == SENTENCES[zone, language]


@EVERY_MEMBER
def test_the_site_names_each_episode_once(client, make_viewer, at, zone, language):
    member, _browser = make_viewer(zone, language)
    at(FIFTH + MINUTE)
    assert on_the_site(client, member) == SENTENCES[zone, language][:1]
    at(SIXTH + MINUTE)
    assert on_the_site(client, member) == SENTENCES[zone, language][::-1]


@EVERY_MEMBER
def test_the_daily_email_names_each_episode_once_at_its_hour(make_viewer, at, zone, language):
    member, _browser = make_viewer(zone, language, digest_hour=9)
    for n, airs in enumerate((FIFTH, SIXTH)):
        at(airs + MINUTE)
        local = airs.astimezone(ZoneInfo(zone))
        nine = datetime.combine(local.date(), time(9), ZoneInfo(zone))
        if nine <= local:
            nine = datetime.combine(local.date() + timedelta(days=1), time(9), ZoneInfo(zone))
        at(nine.astimezone(UTC) - MINUTE)
        assert len(letters(member)) == n
        at(nine.astimezone(UTC) + MINUTE)
        at(nine.astimezone(UTC) + HOUR)
    sent = letters(member)
    assert [[line for line in body.splitlines() if "Frieren" in line] for body in sent] == [
        [sentence] for sentence in SENTENCES[zone, language]
    ]
    assert [body for body in sent if "Dropped" in body or "Hidden" in body] == []
    assert sent[0].startswith("Hello" if language == "en" else "Hallo")


@EVERY_MEMBER
def test_the_calendar_has_each_episode_once_in_the_members_zone(client, make_viewer, zone, language):
    member, _browser = make_viewer(zone, language)
    feed = CalendarFeed.objects.create(user=member)
    content = client.get(feed.get_absolute_url()).content
    events = Calendar.from_ical(content).walk("VEVENT")[:2]
    episode = {"en": "episode", "de": "Folge"}[language]
    assert [str(event["summary"]) for event in events] == [f"Frieren, {episode} {number}" for number in (5, 6)]
    assert [event["dtstart"].params["TZID"] for event in events] == [zone, zone]
    assert [f"{event['dtstart'].dt:%H:%M}" for event in events] == [
        sentence[-5:] for sentence in SENTENCES[zone, language]
    ]
    assert [event["dtstart"].dt.astimezone(UTC) for event in events] == [FIFTH, SIXTH]
    assert b"Dropped" not in content
    assert b"Hidden" not in content


def test_a_week_with_a_clock_change_is_described_in_the_calendar(client, make_viewer):
    member, _browser = make_viewer("Europe/Berlin", "de")
    feed = CalendarFeed.objects.create(user=member)
    (zone,) = Calendar.from_ical(client.get(feed.get_absolute_url()).content).walk("VTIMEZONE")
    assert zone.to_tz().utcoffset(datetime(2026, 3, 28, 16)) == timedelta(hours=1)
    assert zone.to_tz().utcoffset(datetime(2026, 4, 4, 17)) == timedelta(hours=2)


def test_an_event_keeps_its_id_when_its_time_changes_and_grows_in_sequence(client, make_viewer):
    member, _browser = make_viewer("Europe/Berlin", "en")
    feed = CalendarFeed.objects.create(user=member)
    before = Calendar.from_ical(client.get(feed.get_absolute_url()).content).walk("VEVENT")[0]
    title = Title.objects.get(name="Frieren")
    Title.objects.filter(pk=title.pk).update(
        next_airing_at=FIFTH + HOUR, updated_at=title.updated_at + timedelta(minutes=5)
    )
    after = Calendar.from_ical(client.get(feed.get_absolute_url()).content).walk("VEVENT")[0]
    assert (before["uid"], after["uid"]) == (f"{title.pk}-5@anirec",) * 2
    assert after["dtstart"].dt - before["dtstart"].dt == HOUR
    assert int(after["sequence"]) == int(before["sequence"]) + 5
    assert after["dtstamp"].dt > before["dtstamp"].dt


@EVERY_MEMBER
def test_in_quiet_hours_push_waits_and_sums_up(make_viewer, make_title, make_entry, push_service, at, zone, language):
    local = FIFTH.astimezone(ZoneInfo(zone))
    quiet = {"quiet_from": (local - HOUR).time(), "quiet_to": (local + 3 * HOUR).time()}
    member, browser = make_viewer(zone, language, **quiet)
    other = make_title("Mushishi", status="airing", next_airing_at=FIFTH + HOUR, next_episode=2)
    make_entry(member, other, status="watching")
    for hours in (0, 1, 2):
        at(FIFTH + hours * HOUR + MINUTE)
    at(FIFTH + 3 * HOUR - MINUTE)
    assert browser.messages(push_service) == []
    assert Notification.objects.filter(recipient=member).count() == 2  # on the site already
    at(FIFTH + 3 * HOUR)
    (message,) = browser.messages(push_service)
    ending = {"en": "1 more notification", "de": "1 weitere Benachrichtigung"}[language]
    assert message["body"].startswith("Mushishi, ")
    assert message["body"].endswith(f" · {ending}")
    assert message["path"] == "/notifications/"
