"""The viewer's time zone, and times in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

COOKIE = "time_zone"
YEAR = 31_536_000
AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
_ALIASES = get_global("zone_aliases")  # former names of zones, such as Africa/Asmera
ZONES = ["UTC", *sorted(name for name in available_timezones() if name.startswith(AREAS) and name not in _ALIASES)]
_known = frozenset(available_timezones())


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Return the time zone from the URL, the member's settings or the cookie, in this order."""
    names = (request.GET.get("zone"), getattr(request.user, "time_zone", ""), request.COOKIES.get(COOKIE))
    return zone_named(*names)


def zone_named(*names: str | None) -> ZoneInfo:
    """Return the first of these time zones that exists, else the site's."""
    return ZoneInfo(next((name for name in names if name in _known), settings.TIME_ZONE))


def known_zone(name: str | None) -> str | None:
    """Return the zone's name as the settings offer it, or None if there is no such zone.

    >>> known_zone("Asia/Calcutta"), known_zone("Europe/Berlin"), known_zone("Mars/Olympus")
    ('Asia/Kolkata', 'Europe/Berlin', None)
    """
    name = _ALIASES.get(name or "", name) or ""
    return name if name in ZONES else None


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """Return the weekday, date and time in `zone`, as the current language writes them."""
    local = at.astimezone(zone)
    return f"{date_format(local, 'D')}, {date_format(local, 'DATETIME_FORMAT')}"


def quiet_until(start: time | None, end: time | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when the quiet hours end that `now` is in, or None. They may pass midnight.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 29, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    >>> str(quiet_until(time(22), time(7), ZoneInfo("Europe/Berlin"), now).astimezone(UTC))
    '2026-11-30 06:00:00+00:00'
    >>> quiet_until(time(0), time(7), ZoneInfo("Europe/Berlin"), now)
    """
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(zone)
    clock = local.time()
    is_quiet = start <= clock < end if start < end else clock >= start or clock < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if clock >= end else local.date()
    return datetime.combine(day, end, zone)


def remember_zone(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Store a time zone selected in the URL in a cookie."""
    if (name := request.GET.get("zone")) in _known:
        response.set_cookie(COOKIE, name, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


def in_own_time_zone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show and read times in the viewer's time zone."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return view(request, *args, **kwargs)

    return inner
