"""Daily e-mails, at the hour that each member has chosen, in their time zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Min, QuerySet
from django.utils import timezone

from accounts.models import User
from anirec.lib.time_zones import zone_named
from social.models import Notification, NotificationSettings
from social.notifications.kinds import kinds


def due_digests(now: datetime | None = None) -> list[tuple[int, str]]:
    """Return (member ID, kind) of the digests that wait for longer than since their last hour."""
    now = now or timezone.now()
    waiting = _waiting()
    members = User.objects.select_related("notification_settings").in_bulk({row["recipient"] for row in waiting})
    return [
        (row["recipient"], row["kind"])
        for row in waiting
        if (member := members.get(row["recipient"])) and row["first"] <= last_hour(member, now)
    ]


def last_hour(member: User, now: datetime) -> datetime:
    """Return when the member's digest was last due."""
    chosen = getattr(member, "notification_settings", None) or NotificationSettings()
    zone = zone_named(member.time_zone)
    today = now.astimezone(zone).date()
    at = datetime.combine(today, time(chosen.digest_hour), zone)
    return at if at <= now else datetime.combine(today - timedelta(days=1), time(chosen.digest_hour), zone)


def _waiting() -> QuerySet[Notification, dict[str, object]]:
    names = [kind.name for kind in kinds().values() if kind.digest]
    rows = Notification.objects.filter(wants_letter=True, kind__in=names).order_by()
    return rows.values("recipient", "kind").annotate(first=Min("at"))
