"""In which time zone a viewer reads the clock."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "time_zone"
YEAR = 31_536_000
AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
ZONES = ["UTC", *sorted(name for name in available_timezones() if name.startswith(AREAS))]
_known = frozenset(ZONES)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The one the address names, else the member's, else the one chosen last in this browser."""
    names = (request.GET.get("zone"), getattr(request.user, "time_zone", ""), request.COOKIES.get(COOKIE))
    return ZoneInfo(next((name for name in names if name in _known), settings.TIME_ZONE))


def remember_zone(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A zone chosen in the address is kept in a cookie, which holds nothing else."""
    if (name := request.GET.get("zone")) in _known:
        response.set_cookie(COOKIE, name, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
