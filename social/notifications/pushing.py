"""Send notifications to members' browsers: one by one, or as one after their quiet hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.models import PushSubscription, User
from accounts.push.queueing import Push, queue
from anirec.lib.numbers import whole
from anirec.lib.time_zones import quiet_until, zone_named
from social.models import Notification
from social.notifications.kinds import kinds
from social.notifications.queries import notifications_visible_to, sentence

BATCH = 2_000  # notifications


def push_due(now: datetime | None = None) -> int:
    """Queue all due notifications for the browsers of their members. Return how many messages that makes."""
    now, n = now or timezone.now(), 0
    while (queued := _push_batch(now)) is not None:
        n += queued
    return n


@transaction.atomic
def _push_batch(now: datetime) -> int | None:
    """Return the number of messages, or None if no notification is due."""
    due = Notification.objects.filter(push_at__lte=now).order_by("push_at", "pk")
    ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    if not ids:
        return None
    Notification.objects.filter(pk__in=ids).exclude(_can_be_pushed()).update(push_at=None)
    rows = list(Notification.objects.filter(pk__in=ids, push_at__isnull=False).order_by("pk"))
    members = User.objects.select_related("notification_settings").in_bulk({row.recipient_id for row in rows})
    loud = _postpone(rows, members, now)
    Notification.objects.filter(pk__in=[row.pk for row in loud]).update(push_at=None)
    return queue(_pushes(_relevant(loud, members), members))


def _can_be_pushed() -> Q:
    return Q(
        Exists(PushSubscription.objects.filter(user=OuterRef("recipient"))), is_read=False, recipient__is_active=True
    )


def _postpone(rows: Sequence[Notification], members: dict[int, User], now: datetime) -> list[Notification]:
    """Let those of members in their quiet hours wait. Return the others."""
    ends = {pk: _quiet_until(member, now) for pk, member in members.items()}
    quiet = [row for row in rows if ends[row.recipient_id]]
    for row in quiet:
        row.push_at = ends[row.recipient_id]
    Notification.objects.bulk_update(quiet, ["push_at"], batch_size=BATCH)
    return [row for row in rows if not ends[row.recipient_id]]


def _quiet_until(member: User, now: datetime) -> datetime | None:
    chosen = getattr(member, "notification_settings", None)
    if chosen is None:
        return None
    return quiet_until(chosen.quiet_from, chosen.quiet_to, zone_named(member.time_zone), now)


def _relevant(rows: Iterable[Notification], members: dict[int, User]) -> list[Notification]:
    """Return the notifications that still matter, and whose cause their members can see, with their causes loaded.

    A kind that can say so for many members at once is asked once; the others, for each member.
    """
    by_kind: dict[str, list[Notification]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    ids: set[int] = set()
    for name, of_kind in by_kind.items():
        found = Notification.objects.filter(pk__in=[row.pk for row in of_kind])
        if current := kinds()[name].current:
            ids |= set(current(found).values_list("pk", flat=True))
        else:
            for member in {row.recipient_id for row in of_kind}:
                visible = notifications_visible_to(members[member], [name])
                ids |= set(visible.filter(pk__in=found.values("pk")).values_list("pk", flat=True))
    related = {path for name in by_kind for path in kinds()[name].related}
    lists = {path for name in by_kind for path in kinds()[name].prefetched}
    loaded = Notification.objects.select_related("actor", *sorted(related)).prefetch_related(*sorted(lists))
    return list(loaded.filter(pk__in=ids).order_by("pk"))


def _pushes(rows: Iterable[Notification], members: dict[int, User]) -> list[Push]:
    by_member: dict[int, list[Notification]] = defaultdict(list)
    for row in rows:
        row.recipient = members[row.recipient_id]
        by_member[row.recipient_id].append(row)
    return [_push(members[pk], own) for pk, own in by_member.items()]


def _push(member: User, own: Sequence[Notification]) -> Push:
    """Return one notification, or one that sums up several."""
    last = own[-1]
    with translation.override(member.language or settings.LANGUAGE_CODE):
        text = sentence(last, 1)
        if len(own) == 1:
            return Push(member.pk, text, kinds()[last.kind].url(last), f"notification-{last.pk}")
        more = ngettext("%(text)s · %(n)s more notification", "%(text)s · %(n)s more notifications", len(own) - 1)
        text = more % {"text": text, "n": whole(len(own) - 1)}
        return Push(member.pk, text, reverse("social:notifications"), "notifications")
