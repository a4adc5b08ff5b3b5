"""What the page says of the member's list."""

from __future__ import annotations

from accounts.models import ListEntry, User
from catalog.models import Title


def last_change(member: User) -> ListEntry | None:
    """The entry of the list that was changed last, with its title's names, if the member may see it."""
    may_see = Title.objects.visible_to(member).order_by().values("pk")
    entries = ListEntry.objects.filter(user=member, title__in=may_see).select_related("title")
    names = (f"title__{field}" for field in ("name", "name_english", "name_native"))
    return entries.only("updated_at", *names).order_by("-updated_at").first()
