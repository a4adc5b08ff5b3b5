"""Continue your series: the next part of what a member has begun."""

from __future__ import annotations

from accounts.models import EntryStatus, HiddenTitle, ListEntry, User
from catalog.models import Title
from catalog.models.titles import Format

PARTS = (Format.TV, Format.TV_SHORT, Format.MOVIE, Format.ONA, Format.OVA)


def continue_series(member: User, n: int = 12) -> list[Title]:
    """For each franchise the member has begun, last touched first, the earliest later part that is not on the list.

    Not for a franchise of which anything was dropped or hidden, nor for one of which a part is planned or being watched
    already.
    """
    entries = ListEntry.objects.filter(user=member, title__franchise_entry__isnull=False)
    seen: dict[int | None, str] = {}  # franchise → start of its latest part that was completed
    stopped = set(
        HiddenTitle.objects.filter(user=member)
        .exclude(title__franchise_entry=None)
        .values_list("title__franchise_entry", flat=True)
    )
    for franchise, status, started_on in entries.order_by("-updated_at").values_list(
        "title__franchise_entry", "status", "title__started_on"
    ):
        if status == EntryStatus.COMPLETED:
            seen[franchise] = max(seen.get(franchise, ""), str(started_on or ""))
        else:
            stopped.add(franchise)
    begun = [franchise for franchise in seen if franchise not in stopped]
    parts = (
        Title.objects.visible_to(member)
        .recommendable()
        .for_cards()
        .filter(franchise_entry__in=begun, format__in=PARTS)
        .exclude(entries__user=member)
        .order_by("started_on", "pk")
    )
    following: dict[int | None, Title] = {}
    for part in parts:
        if part.started_on and str(part.started_on) > seen[part.franchise_entry_id]:
            following.setdefault(part.franchise_entry_id, part)
    return [following[franchise] for franchise in begun if franchise in following][:n]
