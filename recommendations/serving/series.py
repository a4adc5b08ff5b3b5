"""Continue your series: the next part of each franchise a member has started."""

from __future__ import annotations

from django.db.models import Avg, CharField, F, Max
from django.db.models.functions import Cast, Coalesce

from accounts.models import SEEN, HiddenTitle, ListEntry, User
from catalog.models import Title
from catalog.models.titles import Format

PARTS = (Format.TV, Format.TV_SHORT, Format.MOVIE, Format.ONA, Format.OVA)
LIKED_ENOUGH = 6.0  # minimum mean score of the completed parts


def continue_series(member: User, n: int = 12) -> list[Title]:
    """Return the next unlisted part of each franchise the member has started, most recently updated franchise first.

    Skips franchises that the member didn't like, or in which they hid a title or have an entry that isn't completed.
    """
    latest = _latest_starts(member)
    parts = (
        Title.objects.visible_to(member)
        .recommendable()
        .filter(franchise_entry__in=list(latest), format__in=PARTS)
        .exclude(pk__in=ListEntry.objects.filter(user=member).values("title"))
        .order_by("started_on", "pk")
        .values_list("pk", "franchise_entry", Cast("started_on", CharField()))
    )
    following: dict[int | None, int] = {}
    for pk, franchise, start in parts.iterator():
        if start > latest[franchise]:
            following.setdefault(franchise, pk)
    title_ids = [following[franchise] for franchise in latest if franchise in following][:n]
    cards = Title.objects.for_cards().in_bulk(title_ids)
    return [cards[pk] for pk in title_ids]


def _latest_starts(member: User) -> dict[int | None, str]:
    """Return {franchise: start date of its latest completed part}, most recently updated first."""
    entries = ListEntry.objects.filter(user=member, title__franchise_entry__isnull=False)
    hidden = HiddenTitle.objects.filter(user=member, title__franchise_entry__isnull=False)
    unfinished = entries.exclude(status__in=SEEN).values("title__franchise_entry")
    completed = (
        entries.filter(status__in=SEEN)
        .exclude(title__franchise_entry__in=unfinished)
        .exclude(title__franchise_entry__in=hidden.values("title__franchise_entry"))
        .values(franchise=F("title__franchise_entry"))
        .annotate(
            latest_start=Max(Cast("title__started_on", CharField())),
            last_update=Max("updated_at"),
            mean_score=Coalesce(Avg("score"), LIKED_ENOUGH),
        )
        .filter(mean_score__gte=LIKED_ENOUGH)
        .order_by("-last_update", "franchise")
    )
    return {row["franchise"]: row["latest_start"] for row in completed}
