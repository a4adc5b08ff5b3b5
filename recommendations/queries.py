from __future__ import annotations

from typing import Any

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
    """The entry of the list that was changed last, with its title's names, if the member may see it."""
    may_see = Title.objects.visible_to(member).order_by().values("pk")
    entries = ListEntry.objects.filter(user=member, title__in=may_see).select_related("title")
    names = (f"title__{field}" for field in ("name", "name_english", "name_native"))
    return entries.only("updated_at", *names).order_by("-updated_at").first()
