"""Continue your series: the next part of what a member has begun."""

from __future__ import annotations

from django.db.models import Avg, CharField, F, Max
from django.db.models.functions import Cast, Coalesce

from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from catalog.models import Title
from catalog.models.titles import Format

PARTS = (Format.TV, Format.TV_SHORT, Format.MOVIE, Format.ONA, Format.OVA)
LIKED_ENOUGH = 6.0  # the mean score of the parts seen from which on there is reason to go on


def continue_series(member: User, n: int = 12) -> list[Title]:
    """For each franchise the member has begun, last touched first, the earliest later part that is not on the list.

    Not for a franchise of which anything was dropped or hidden, nor for one of which a part is planned or being watched
    already, nor for one that was not liked.
    """
    seen = _begun(member)
    parts = (
        Title.objects.visible_to(member)
        .recommendable()
        .filter(franchise_entry__in=list(seen), format__in=PARTS)
        .exclude(pk__in=ListEntry.objects.filter(user=member).values("title"))
        .order_by("started_on", "pk")
        .values_list("pk", "franchise_entry", Cast("started_on", CharField()))
    )
    following: dict[int | None, int] = {}
    for pk, franchise, start in parts.iterator():
        if start > seen[franchise]:
            following.setdefault(franchise, pk)
    wanted = [following[franchise] for franchise in seen if franchise in following][:n]
    cards = Title.objects.for_cards().in_bulk(wanted)
    return [cards[pk] for pk in wanted]


def _begun(member: User) -> dict[int | None, str]:
    """Franchise → start of its latest part that was completed, the one touched last first."""
    entries = ListEntry.objects.filter(user=member, title__franchise_entry__isnull=False)
    hidden = HiddenTitle.objects.filter(user=member, title__franchise_entry__isnull=False)
    taken_up = entries.exclude(status=EntryStatus.COMPLETED).values("title__franchise_entry")
    begun = (
        entries.filter(status=EntryStatus.COMPLETED)
        .exclude(title__franchise_entry__in=taken_up)
        .exclude(title__franchise_entry__in=hidden.values("title__franchise_entry"))
        .values(franchise=F("title__franchise_entry"))
        .annotate(
            seen=Max(Cast("title__started_on", CharField())),
            touched=Max("updated_at"),
            liked=Coalesce(Avg("score"), LIKED_ENOUGH),
        )
        .filter(liked__gte=LIKED_ENOUGH)
        .order_by("-touched", "franchise")
    )
    return {row["franchise"]: row["seen"] for row in begun}
