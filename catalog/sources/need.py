"""Which titles need a source's data again, and how soon: airing ones daily, others rarely, and many never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q

from catalog.models import ExternalId, Title
from catalog.models.titles import Medium, Status
from catalog.sources.clock import clock

DAILY, WEEKLY, MONTHLY = timedelta(days=1), timedelta(days=7), timedelta(days=30)
RECENT = timedelta(days=90)  # after the end, counts and scores still change


def ids_by_need(provider: str) -> Iterator[tuple[str, timedelta]]:
    """Yield the provider's id of each title and how old its data may become, most needed first.

    Finished titles count only if they are on a member's list.
    """
    for condition, every in _classes():
        ids = ExternalId.objects.filter(
            provider=provider, medium=Medium.ANIME, title__in=Title.objects.filter(condition)
        )
        for value in ids.order_by("-title__members", "pk").values_list("value", flat=True):
            yield value, every


def _classes() -> list[tuple[Q, timedelta]]:
    recently = str((clock().now() - RECENT).date())
    airing, upcoming = Q(status=Status.AIRING), Q(status=Status.UPCOMING)
    recent = Q(ended_on__gte=recently) & ~airing & ~upcoming
    listed = Q(entries__isnull=False) & ~airing & ~upcoming & ~Q(ended_on__gte=recently)
    return [(airing, DAILY), (upcoming, WEEKLY), (recent, WEEKLY), (listed, MONTHLY)]


def reading_by_need(provider: str) -> Iterator[tuple[str, timedelta]]:
    """Yield the provider's id of each manga and light novel on a member's list, and how old its data may become."""
    listed = Title.objects.exclude(medium=Medium.ANIME).filter(entries__isnull=False)
    ids = ExternalId.objects.filter(provider=provider, title__in=listed).exclude(medium=Medium.ANIME)
    for value, status in ids.order_by("-title__members", "pk").values_list("value", "title__status"):
        yield value, WEEKLY if status == Status.AIRING else MONTHLY


def listed_ids(provider: str) -> list[int]:
    """Return the provider's numbers of airing and upcoming titles that are on a member's list, in order."""
    titles = Title.objects.filter(status__in=[Status.AIRING, Status.UPCOMING], entries__isnull=False)
    ids = ExternalId.objects.filter(provider=provider, medium=Medium.ANIME, title__in=titles)
    return sorted(int(value) for value in ids.values_list("value", flat=True) if value.isdecimal())
