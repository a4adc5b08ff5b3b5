"""Notify members of the episodes of what they watch, once each: when they air, or ahead, as each member has chosen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import EntryStatus, HiddenTitle, ListEntry, PushSubscription, User
from accounts.page_parts import part_changed
from anirec.lib.jobs import send_soon
from catalog.airing.recording import BEHIND, record_broadcasts
from social.models import AiringChoice, Lead, Notification, NotificationChoice
from social.notifications.kinds import Channel, kinds
from social.notifications.tasks import push_notifications

KIND = "airing"
COLUMNS = ("recipient_id", "broadcast_id", "kind", "at", "is_read", "wants_letter", "push_at", "n", "thread")
MOST_LEAD = timedelta(minutes=max(Lead.values))


def notify_of_episodes(now: datetime | None = None) -> int:
    """Notify members of due episodes that they haven't been notified of. Return how many notifications that makes.

    The number of queries is constant. After an outage, episodes of the last day are made up for, older ones aren't.
    """
    now = now or timezone.now()
    record_broadcasts(now)
    with transaction.atomic():
        ids = _insert(_rows(due_entries(now), now))
        _count(ids, now)
        if ids:
            transaction.on_commit(partial(send_soon, push_notifications), robust=True)
    return len(ids)


def due_entries(now: datetime) -> QuerySet[ListEntry]:
    """Return the entries of members to notify, one for each of their titles' due episodes, annotated `broadcast`."""
    choice = AiringChoice.objects.filter(member=OuterRef("user"), title=OuterRef("title"))
    told = Notification.objects.filter(recipient=OuterRef("user"), broadcast=OuterRef("broadcast"))
    by_default = F("user__notification_settings__airing_lead")
    lead = Coalesce(Subquery(choice.values("lead")[:1]), by_default, Value(int(Lead.NONE)))
    entries = ListEntry.objects.visible_to_owners().annotate(
        broadcast=F("title__broadcasts"), airs_at=F("title__broadcasts__at"), number=F("title__broadcasts__number")
    )
    ahead = ExpressionWrapper(lead * Value(timedelta(minutes=1)), output_field=DurationField())
    due_at = ExpressionWrapper(F("airs_at") - ahead, output_field=DateTimeField())
    return (
        entries.filter(
            wants_episodes(),
            Q(number=None) | Q(progress__lt=F("number")),
            ~Exists(told),
            airs_at__gt=now - BEHIND,
            airs_at__lte=now + MOST_LEAD,
            created_at__lte=F("airs_at"),
        )
        .alias(due_at=due_at)
        .filter(due_at__lte=now)
    )


def wants_episodes() -> Q:
    """Return the condition that an entry's member wants to be notified of its title's episodes.

    By default those of what they watch; never of titles that they have dropped, hidden or turned off.
    """
    choice = AiringChoice.objects.filter(member=OuterRef("user"), title=OuterRef("title"))
    turned_on, turned_off = Exists(choice.filter(lead__isnull=False)), Exists(choice.filter(lead=None))
    hidden = Exists(HiddenTitle.objects.filter(user=OuterRef("user"), title=OuterRef("title")))
    off = Exists(NotificationChoice.objects.filter(member=OuterRef("user"), kind=KIND, channels=[]))
    by_default = Q(status=EntryStatus.WATCHING) | Q(
        status=EntryStatus.PLANNED, user__notification_settings__airs_planned=True
    )
    possible = Q(status__in=[EntryStatus.PLANNED, EntryStatus.WATCHING, EntryStatus.REWATCHING, EntryStatus.ON_HOLD])
    is_member = Q(user__is_active=True, user__is_synthetic=False)
    return is_member & possible & (by_default | Q(turned_on)) & ~Q(turned_off) & ~Q(hidden) & ~Q(off)


def _rows(entries: QuerySet[ListEntry], now: datetime) -> QuerySet[ListEntry, Any]:
    """Return the values of the notifications, in the order of COLUMNS."""
    has_device = Exists(PushSubscription.objects.filter(user=OuterRef("user")))
    values = {
        "new_kind": Value(KIND),
        "new_at": Value(now),
        "new_is_read": Value(False),
        "new_wants_letter": _has_channel(Channel.EMAIL),
        "new_push_at": _if(_has_channel(Channel.PUSH) & has_device, Value(now)),
        "new_n": Value(1),
        "new_thread": Value(""),
    }
    return entries.annotate(**values).order_by().values_list("user_id", "broadcast", *values)


def _has_channel(channel: str) -> Any:
    """Return the condition that a member has chosen a channel, or that it's the default and they've chosen none."""
    choice = NotificationChoice.objects.filter(member=OuterRef("user"), kind=KIND)
    chosen = Exists(choice.filter(channels__contains=[channel]))
    return chosen | ~Exists(choice) if channel in kinds()[KIND].default_channels else chosen


def _if(condition: Any, value: Any) -> Any:
    return Case(When(condition, then=value), default=None, output_field=DateTimeField())


def _insert(rows: QuerySet[Any, Any]) -> list[int]:
    """Insert the notifications. Return the IDs of those that another process hasn't just made."""
    select, parameters = rows.query.sql_with_params()
    table = Notification._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(COLUMNS)}) {select} ON CONFLICT DO NOTHING RETURNING id", parameters
        )
        return [row[0] for row in cursor.fetchall()]


def _count(ids: Collection[int], now: datetime) -> None:
    """Add one to the unread groups of members whose first episodes of the day these are."""
    new = Notification.objects.filter(pk__in=ids)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    earlier = Notification.objects.filter(recipient=OuterRef("pk"), kind=KIND, is_read=False, at__gte=day)
    members = User.objects.filter(pk__in=new.values("recipient")).exclude(Exists(earlier.exclude(pk__in=ids)))
    members.update(unread_notifications=F("unread_notifications") + 1)
    recipients = list(new.values_list("recipient", flat=True).distinct())
    if recipients:
        part_changed("notifications", lambda: recipients)
