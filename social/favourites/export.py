"""Favourites in a member's export."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.portability.items import exported_title, ids_of, titles_by_id
from social.favourites.choosing import MOST
from social.models.favourites import Favourite


def export_favourites(user: User) -> list[dict[str, Any]]:
    own = user.favourites.order_by("position", "pk").select_related("title").prefetch_related("title__external_ids")
    return [exported_title(row.title) for row in own]


def restore_favourites(user: User, items: list[Any]) -> list[int]:
    """Add these titles behind the present favourites, as far as there is room. Return the ids of the new ones."""
    by_id = titles_by_id({key for item in items for key in ids_of(item)})
    found = [next((by_id[key] for key in ids_of(item) if key in by_id), None) for item in items]
    present = set(user.favourites.values_list("title_id", flat=True))
    last = user.favourites.order_by("-position").values_list("position", flat=True).first()
    new = [title for title in dict.fromkeys(found) if title is not None and title.pk not in present]
    rows = [
        Favourite(member=user, title=title, position=place)
        for place, title in enumerate(new[: max(0, MOST - len(present))], 0 if last is None else last + 1)
    ]
    return [row.pk for row in Favourite.objects.bulk_create(rows)]


def undo_favourites(user: User, ids: list[int]) -> None:
    user.favourites.filter(pk__in=ids).delete()
