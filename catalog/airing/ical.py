"""Airing episodes as an iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anirec.lib.numbers import whole
from catalog.airing.schedule import JAPAN, Airing
from catalog.titles.names import name_for
from catalog.viewers import Viewer

if TYPE_CHECKING:
    from icalendar import Event

SLOT = 30 * 60  # seconds, for an episode of unknown length
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
MARGIN = timedelta(days=370)  # of the zone's description, around the episodes


def calendar_response(
    request: HttpRequest, name: str, episodes: Iterable[Airing], viewer: Viewer, zone: ZoneInfo | None = None
) -> HttpResponse:
    """Return the calendar, with names in the viewer's language and times in `zone`, or in UTC without one."""
    from icalendar import Calendar  # 7 MB, for calendar feeds only

    episodes = list(episodes)
    calendar = Calendar()
    calendar.add("prodid", f"-//anirec//airing//{(get_language() or 'en').upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"value": "DURATION"})
    for airing in episodes:
        calendar.add_component(_event(request, airing, viewer, zone or UTC))
    if zone is not None and episodes:
        calendar.add("x-wr-timezone", zone.key)
        first, last = episodes[0].at - MARGIN, episodes[-1].at + MARGIN
        calendar.add_missing_timezones(first.date(), last.date())
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=3600" if viewer else "public, max-age=3600"
    return response


def uid_of(airing: Airing) -> str:
    """Return the event's ID, which stays the same when the time changes: by the episode, or else the week in Japan."""
    if airing.episode:
        return f"{airing.title.pk}-{airing.episode}@anirec"
    year, week, _day = airing.at.astimezone(JAPAN).isocalendar()
    return f"{airing.title.pk}-{year}w{week:02}@anirec"


def _event(request: HttpRequest, airing: Airing, viewer: Viewer, zone: tzinfo) -> Event:
    from icalendar import Event

    title, event = airing.title, Event()
    name = name_for(title, viewer)
    number = whole(airing.episode) if airing.episode else ""
    event.add("uid", uid_of(airing))
    # A calendar app takes an event's later state for the new one: both grow with each change of the title.
    event.add("dtstamp", title.updated_at.astimezone(UTC))
    event.add("last-modified", title.updated_at.astimezone(UTC))
    event.add("sequence", max(0, (title.updated_at - EPOCH) // timedelta(minutes=1)))
    event.add("dtstart", airing.at.astimezone(zone))
    event.add("duration", timedelta(seconds=title.episode_seconds or SLOT))
    event.add("summary", _("%(title)s, episode %(number)s") % {"title": name, "number": number} if number else name)
    event.add("url", request.build_absolute_uri(title.get_absolute_url()))
    return event
