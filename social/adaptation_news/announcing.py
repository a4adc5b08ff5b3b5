"""Notify members, once each, that what they like or plan to read becomes an anime."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import EntryStatus, ListEntry, User
from catalog.models import Relation, Title
from catalog.models.titles import READ, Medium, Status
from social.models import Notification, NotificationChoice
from social.notifications.notifying import notify

KIND = "adaptation"
LIKED = 8  # the lowest score of what a member likes
NEWS = timedelta(days=30)  # since the anime is in the catalogue: its relations may come later than itself


def announce_adaptations(now: datetime | None = None) -> int:
    """Notify members of new anime of what they like or plan to read. Return how many were notified.

    Safe to run twice: nobody is notified twice of one anime.
    """
    before = Notification.objects.filter(kind=KIND).count()
    for user_id, title_id in due_pairs(now or timezone.now()):
        notify(User.objects.get(pk=user_id), KIND, None, Title.objects.get(pk=title_id))
    return Notification.objects.filter(kind=KIND).count() - before


def due_pairs(now: datetime) -> QuerySet[ListEntry, tuple[int, int]]:
    """Return (member, anime) of those who haven't been notified, don't have it on their list and didn't turn it off."""
    anime = OuterRef("anime")
    told = Notification.objects.filter(kind=KIND, recipient=OuterRef("user"), title=anime)
    listed = ListEntry.objects.filter(user=OuterRef("user"), title=anime)
    is_off = NotificationChoice.objects.filter(member=OuterRef("user"), kind=KIND, channels=[])
    entries = ListEntry.objects.visible_to_owners().filter(
        Q(score__gte=LIKED) | Q(status=EntryStatus.PLANNED),
        title__medium__in=READ,
        title__relations_back__in=adaptations(now),
        user__is_active=True,
        user__is_synthetic=False,
    )
    entries = entries.annotate(anime=F("title__relations_back__from_title"))
    due = entries.filter(~Exists(told), ~Exists(listed), ~Exists(is_off)).order_by("user", "anime")
    return due.values_list("user", "anime").distinct()


def adaptations(now: datetime) -> QuerySet[Relation]:
    """Return the relations from anime that aren't out yet, and new in the catalogue, to what they are made from."""
    return Relation.objects.filter(
        kind=Relation.Kind.ADAPTATION,
        from_title__medium=Medium.ANIME,
        from_title__status=Status.UPCOMING,
        from_title__created_at__gt=now - NEWS,
    )
