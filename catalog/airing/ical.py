"""Airing episodes as an iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from catalog.airing.schedule import Airing
from catalog.titles.names import name_for
from catalog.viewers import Viewer

SLOT = 30 * 60  # seconds, for an episode of unknown length


def calendar_response(request: HttpRequest, name: str, episodes: Iterable[Airing], viewer: Viewer) -> HttpResponse:
    """Return the calendar, with names in the viewer's language and times in UTC, which calendar apps convert."""
    calendar = Calendar()
    calendar.add("prodid", "-//anirec//airing//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"value": "DURATION"})
    for airing in episodes:
        calendar.add_component(_event(request, airing, viewer))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=3600" if viewer else "public, max-age=3600"
    return response


def _event(request: HttpRequest, airing: Airing, viewer: Viewer) -> Event:
    title, event = airing.title, Event()
    name = name_for(title, viewer)
    event.add("uid", f"{title.pk}-{airing.at.astimezone(UTC):%Y%m%dT%H%M}@anirec")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", airing.at.astimezone(UTC))
    event.add("duration", timedelta(seconds=title.episode_seconds or SLOT))
    event.add(
        "summary",
        _("%(title)s, episode %(number)s") % {"title": name, "number": airing.episode} if airing.episode else name,
    )
    event.add("url", request.build_absolute_uri(title.get_absolute_url()))
    return event
