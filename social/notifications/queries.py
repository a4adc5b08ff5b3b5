"""Queries for visible notifications, and their grouping on the page and in emails."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import ngettext

from accounts.models import User
from anirec.lib.numbers import whole
from social.models import Notification
from social.notifications.kinds import kinds
from social.visibility import members_visible_to, muted_by


@dataclass(frozen=True)
class NotificationGroup:
    """Notifications of one kind about one thing on one day: "ada and 3 others"."""

    last: Notification
    n: int  # number of different actors
    is_new: bool
    n_rows: int = 1

    @property
    def sentence(self) -> str:
        return sentence(self.last, self.n, self.n_rows)

    @property
    def url(self) -> str:
        kind = kinds()[self.last.kind]
        return kind.url_of_many() if kind.url_of_many and self.n_rows > 1 else kind.url(self.last)


def notifications_visible_to(member: User, only: Collection[str] | None = None) -> QuerySet[Notification]:
    """Return a member's notifications by visible, unmuted members, about things they can still see.

    only: names of kinds; the others cost nothing.
    """
    actor = Q(actor=None) | Q(actor__in=members_visible_to(member)) & ~Q(actor__in=muted_by(member))
    selected = [kind for kind in kinds().values() if only is None or kind.name in only]
    about = Q(kind__in=[kind.name for kind in selected if kind.visible is None])
    for kind in selected:
        if kind.visible is not None:
            about |= Q(Exists(kind.visible(member)), kind=kind.name)
    return Notification.objects.filter(actor, about, recipient=member)


def groups_of(member: User, only: Collection[str] | None = None) -> QuerySet[Any, Any]:
    """Return the groups, newest first, as rows for `read_groups`."""
    rows = notifications_visible_to(member, only).annotate(day=TruncDate("at")).values("kind", "thread", "day")
    return rows.annotate(
        last=Max("pk"), n=Count("actor", distinct=True), n_new=Count("pk", filter=Q(is_read=False)), n_rows=Count("pk")
    ).order_by("-last")


def read_groups(groups: list[dict[str, Any]]) -> list[NotificationGroup]:
    related = {path for kind in kinds().values() for path in kind.related}
    lists = {path for kind in kinds().values() for path in kind.prefetched}
    rows = Notification.objects.select_related("actor", "recipient", *sorted(related)).prefetch_related(*sorted(lists))
    last = rows.in_bulk([group["last"] for group in groups])
    return [
        NotificationGroup(last[g["last"]], max(g["n"], 1), g["n_new"] > 0, g["n_rows"])
        for g in groups
        if g["last"] in last
    ]


def sentence(last: Notification, n: int, n_rows: int = 1) -> str:
    """Return the text of a group. n: the number of different actors. n_rows: of notifications."""
    kind = kinds()[last.kind]
    if kind.details is not None:
        text = str(kind.sentence) % kind.details(last)
        if kind.url_of_many is None or n_rows == 1:
            return text
        more = ngettext("%(text)s, and %(n)s more", "%(text)s, and %(n)s more", n_rows - 1)
        return more % {"text": text, "n": whole(n_rows - 1)}
    who = last.actor.username if last.actor else ""
    if n > 1:
        who = ngettext("%(who)s and %(n)d other", "%(who)s and %(n)d others", n - 1) % {"who": who, "n": n - 1}
    about = kind.about(last) if kind.about else ""
    text = kind.sentence if about or not kind.about else kind.sentence_without
    return str(text) % {"who": who, "about": about}
