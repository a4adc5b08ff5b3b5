"""Quiet hours: push notifications wait until they end."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


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
