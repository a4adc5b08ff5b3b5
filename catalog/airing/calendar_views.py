"""The airing calendar: a week as a page, and a member's titles as an iCalendar feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anirec.lib.time_zones import ZONES, remember_zone, zone_named, zone_of
from anirec.lib.web.requests import PageRequest
from catalog.airing.ical import calendar_response
from catalog.airing.schedule import WEEK, Airing, airings, has_sample_times, on_air, week_of
from catalog.models import CalendarFeed
from catalog.viewers import MemberRequest

WEEKS_AWAY = 26  # maximum, in both directions
FEED_WEEKS = 8


@dataclass(frozen=True)
class Day:
    day: date
    is_today: bool
    airings: list[Airing]


@require_GET
def calendar(request: PageRequest) -> HttpResponse:
    """Show seven days from today, or from a number of weeks away."""
    zone, away = zone_of(request), _weeks_away(request)
    only_mine = request.user.is_authenticated and request.GET.get("mine") == "on"
    days = _days(request, zone, away, only_mine)
    context = {
        "zone": zone.key, "zones": ZONES, "away": away, "only_mine": only_mine, "days": days,
        "n_airings": sum(len(day.airings) for day in days), "first": days[0].day, "last": days[-1].day,
        "is_sample": has_sample_times(), "previous": max(away - 1, -WEEKS_AWAY), "next": min(away + 1, WEEKS_AWAY),
    }  # fmt: skip
    if request.htmx.target == "calendar":
        return remember_zone(request, render(request, "catalog/airing/_calendar.html", context))
    feed = CalendarFeed.objects.filter(user=request.user).first() if request.user.is_authenticated else None
    address = request.build_absolute_uri(feed.get_absolute_url()) if feed else ""
    return remember_zone(request, render(request, "catalog/airing/calendar.html", {**context, "feed_address": address}))


@require_GET
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the feed of a member's titles, in their language and time zone. Anyone with the link can read it."""
    feed = get_object_or_404(CalendarFeed.objects.select_related("user"), token=token, user__is_active=True)
    now = timezone.now()
    titles = on_air(feed.user, only_mine=True)
    episodes = airings(titles, now - WEEK, now + timedelta(weeks=FEED_WEEKS))
    zone = zone_named(feed.user.time_zone) if feed.user.time_zone else None
    with translation.override(feed.user.language or translation.get_language()):
        return calendar_response(request, _("My anime"), episodes, feed.user, zone)


@require_POST
@login_required
def renew_feed(request: MemberRequest) -> HttpResponse:
    """Create a new private link; the old one stops working."""
    CalendarFeed.objects.filter(user=request.user).delete()
    CalendarFeed.objects.create(user=request.user)
    messages.success(request, _("Calendar link created"))
    return redirect("catalog:calendar")


@require_POST
@login_required
def revoke_feed(request: MemberRequest) -> HttpResponse:
    CalendarFeed.objects.filter(user=request.user).delete()
    messages.success(request, _("Calendar link deleted"))
    return redirect("catalog:calendar")


def _weeks_away(request: HttpRequest) -> int:
    try:
        return max(-WEEKS_AWAY, min(WEEKS_AWAY, int(request.GET.get("week", 0))))
    except ValueError:
        return 0


def _days(request: HttpRequest, zone: ZoneInfo, away: int, only_mine: bool) -> list[Day]:
    today = datetime.now(zone).date()
    days = week_of(today + away * WEEK, zone)
    episodes = airings(on_air(request.user, only_mine=only_mine), days[0][1], days[-1][2])
    return [Day(day, day == today, [one for one in episodes if start <= one.at < end]) for day, start, end in days]
