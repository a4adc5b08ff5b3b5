from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from accounts.models import ListEntry, User
from catalog.models import Title
from recommendations.models import ModelVersion, RatingArchive


def about_the_data() -> dict[str, Any]:
    """What the suggestions are made from, for the page that says so."""
    return {
        "n_titles": Title.objects.visible_to(None).count(),
        "version": ModelVersion.active(),
        "archives": RatingArchive.objects.order_by("name"),
    }


def last_change(member: User) -> ListEntry | None:
    """The entry of the list that was changed last, with its title, if the member may see it."""
    may_see = Title.objects.visible_to(member)
    entries = ListEntry.objects.filter(user=member, title__in=may_see.order_by().values("pk"))
    return entries.prefetch_related(Prefetch("title", may_see.for_cards())).order_by("-updated_at").first()
