"""Notification emails: one for all pending notifications of a kind, to verified addresses only.

Digests wait for the hour that each member has chosen, in their time zone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Min, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import User
from anirec.lib.time_zones import zone_named
from anirec.lib.web.addresses import site_url
from social.models import Notification, NotificationSettings
from social.notifications.channels import channels_of, choose_channels
from social.notifications.kinds import Channel, kinds
from social.notifications.queries import NotificationGroup, groups_of, notifications_visible_to, read_groups

SALT, MOST, MOST_IN_DIGEST = "letters", 30, 100


def send_letter(recipient_id: int, kind: str) -> None:
    """Email a member's pending notifications of a kind.

    They are cleared in the same transaction, so that a second run sends nothing.
    """
    with transaction.atomic():
        member = User.objects.select_for_update().filter(pk=recipient_id).first()
        if member is None:
            return
        waiting = Notification.objects.filter(recipient=member, kind=kind, wants_letter=True)
        fresh = waiting.filter(is_read=False, pk__in=notifications_visible_to(member).values("pk"))
        groups = _lines(member, kind, fresh)
        waiting.update(wants_letter=False)
        address = EmailAddress.objects.filter(user=member, verified=True, primary=True).first()
        if (
            groups
            and address
            and (member.is_active or kinds()[kind].reaches_suspended)
            and Channel.EMAIL in channels_of(member)[kind]
        ):
            _letter(member, kind, groups, address.email).send()


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


def _waiting() -> Any:
    names = [kind.name for kind in kinds().values() if kind.digest]
    rows = Notification.objects.filter(wants_letter=True, kind__in=names).order_by()
    return rows.values("recipient", "kind").annotate(first=Min("at"))


def _lines(member: User, kind: str, fresh: QuerySet[Notification]) -> list[NotificationGroup]:
    """Return what the e-mail lists: groups, newest first, or in a digest each notification in order."""
    if kinds()[kind].digest:
        rows = [
            {"last": pk, "n": 1, "n_new": 1, "n_rows": 1} for pk in fresh.order_by("pk").values_list("pk", flat=True)
        ]
        return read_groups(rows[:MOST_IN_DIGEST])
    return read_groups(list(groups_of(member).filter(pk__in=fresh.values("pk"))[:MOST]))


def unsubscribe_token(member: User, kind: str) -> str:
    return signing.dumps([member.pk, kind], salt=SALT)


def unsubscribe(token: str, *, only_look: bool = False) -> str:
    """Stop emails of a kind, unless `only_look`, and return its label. Raises BadSignature for an invalid token."""
    member_id, kind = signing.loads(token, salt=SALT)
    member = User.objects.filter(pk=member_id).first()
    if member and not only_look and Channel.EMAIL in channels_of(member)[kind]:
        left = [channel for channel in channels_of(member)[kind] if channel != Channel.EMAIL]
        choose_channels(member, {kind: left})
    return str(kinds()[kind].label)


def _letter(member: User, kind: str, notifications: list[NotificationGroup], address: str) -> EmailMultiAlternatives:
    with translation.override(member.language or settings.LANGUAGE_CODE):
        off = site_url(reverse("social:unsubscribe", args=[unsubscribe_token(member, kind)]))
        context = {
            "member": member,
            "lines": [(one.sentence, site_url(one.url)) for one in notifications],
            "off": off,
            "choices": site_url(reverse("social:notification_choices")),
        }
        letter = EmailMultiAlternatives(
            subject=gettext("anirec: %(what)s") % {"what": _subject(kind, notifications)},
            body=render_to_string("social/notifications/letter.txt", context),
            to=[address],
            headers={"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        letter.attach_alternative(render_to_string("social/notifications/letter.html", context), "text/html")
    return letter


def _subject(kind: str, notifications: list[NotificationGroup]) -> str:
    digest = kinds()[kind].digest
    return digest(len(notifications)) if digest and len(notifications) > 1 else notifications[0].sentence
