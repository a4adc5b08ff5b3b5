"""A member's custom lists in their export."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.portability.items import exported_title, ids_of, titles_by_id
from anirec.lib.text import is_text
from catalog.models import Title
from social.custom_lists import writing
from social.models.custom_lists import CustomList, CustomListItem


def export_lists(user: User) -> list[dict[str, Any]]:
    own = user.custom_lists.prefetch_related("items__title__external_ids").order_by("name", "pk")
    return [
        {
            "name": one.name,
            "description": one.description,
            "visibility": one.visibility,
            "is_ordered": one.is_ordered,
            "titles": [_exported(item) for item in sorted(one.items.all(), key=lambda item: (item.position, item.pk))],
        }
        for one in own
    ]


def restore_lists(user: User, items: list[Any]) -> list[int]:
    """Restore lists and return their ids. Existing lists with the same name are unchanged."""
    names, ids = set(user.custom_lists.values_list("name", flat=True)), []
    for item in items:
        if not isinstance(item, dict) or not is_text(item.get("name")) or item["name"].strip() in names:
            continue
        try:
            with transaction.atomic():
                restored = _restored(user, item)
        except ValidationError:
            continue
        names.add(restored.name)
        ids.append(restored.pk)
    return ids


def undo_lists(user: User, ids: list[int]) -> None:
    user.custom_lists.filter(pk__in=ids).delete()


def _exported(item: CustomListItem) -> dict[str, Any]:
    return {"title": exported_title(item.title), "note": item.note}


def _restored(user: User, item: dict[str, Any]) -> CustomList:
    """Restore a list; with an unknown visibility, only its owner sees it."""
    is_known = item.get("visibility") in list(CustomList.Visibility)
    custom_list = writing.save_list(
        user,
        item["name"],
        description=_text(item.get("description")),
        visibility=item["visibility"] if is_known else CustomList.Visibility.PRIVATE,
        is_ordered=item.get("is_ordered") is True,
    )
    titles = item.get("titles")
    rows = [row for row in titles if isinstance(row, dict)] if isinstance(titles, list) else []
    CustomListItem.objects.bulk_create(
        CustomListItem(custom_list=custom_list, title=title, note=note, position=position)
        for position, (title, note) in enumerate(_notes_by_title(rows).items())
    )
    return custom_list


def _notes_by_title(rows: list[dict[str, Any]]) -> dict[Title, str]:
    rows = [row for row in rows if ids_of(row.get("title"))][: writing.MOST_TITLES]
    by_id = titles_by_id({key for row in rows for key in ids_of(row["title"])})
    notes: dict[Title, str] = {}
    for row in rows:
        title = next((by_id[key] for key in ids_of(row["title"]) if key in by_id), None)
        if title is not None:
            notes.setdefault(title, _text(row.get("note"))[: writing.LONGEST_NOTE])
    return notes


def _text(value: Any) -> str:
    return value.strip() if is_text(value) else ""
