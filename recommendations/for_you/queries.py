"""Queries of For you about the member's list."""

from __future__ import annotations

from accounts.models import ListEntry, User
from catalog.models import Title


def last_change(member: User) -> ListEntry | None:
    """Return the last changed entry among titles the member may see, with the title's names."""
    may_see = Title.objects.visible_to(member).order_by().values("pk")
    entries = ListEntry.objects.filter(user=member, title__in=may_see).select_related("title")
    names = (f"title__{field}" for field in ("name", "name_english", "name_native"))
    return entries.only("updated_at", *names).order_by("-updated_at").first()
