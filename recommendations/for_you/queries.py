"""Queries of For you about the member's list."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.models import ListEntry, User
from anirec.lib import prepared
from catalog.models import Title
from catalog.models.titles import viewing_class
from catalog.titles.cards import title_cards
from recommendations.serving.readers import USER


class Change(NamedTuple):
    updated_at: datetime
    title: Title


def last_change(member: User) -> Change | None:
    """Return the last change of an entry among titles the member may see."""

    def query() -> QuerySet[ListEntry, Any]:
        may_see = Title.objects.visible_to(member).order_by().values("pk")
        entries = ListEntry.objects.filter(user=USER, title__in=may_see).order_by("-updated_at")
        return entries.values_list("updated_at", "title")[:1]

    for updated_at, title_id in prepared.run(("last change", viewing_class(member)), query, user=member.pk):
        return Change(updated_at, title_cards([title_id])[title_id])
    return None
