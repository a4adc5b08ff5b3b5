"""The only module that changes custom lists. Invalid values raise Django's ValidationError.

Callers have checked that the list belongs to the acting member, and that the titles are visible to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from accounts.security.limits import WriteLimit
from anirec.lib.text import require_text
from catalog.models import Title
from social import ordering
from social.custom_lists.visibility import items_visible_to
from social.models.custom_lists import LONGEST_DESCRIPTION, LONGEST_NOTE, CustomList, CustomListItem, new_link_key

MOST_LISTS, MOST_TITLES = 100, 500
LISTS = WriteLimit("custom_lists", per_hour=100)


def create_list(owner: User, name: str, **values: Any) -> CustomList:
    """Create a list. values: any of `description`, `visibility` and `is_ordered`."""
    LISTS.consume(owner)
    return save_list(owner, name, **values)


def save_list(owner: User, name: str, **values: Any) -> CustomList:
    """Create a list without counting it towards the hourly limit, as imports do."""
    with transaction.atomic():
        owner.lock()
        if owner.custom_lists.count() >= MOST_LISTS:
            raise ValidationError(gettext("You can have up to %(n)d lists. Delete one first.") % {"n": MOST_LISTS})
        custom_list = CustomList(owner=owner)
        change_list(custom_list, name=name, **values)
    return custom_list


def change_list(custom_list: CustomList, **values: Any) -> None:
    """Update any of `name`, `description`, `visibility` and `is_ordered`. Sharing by link makes a new link."""
    if values.get("visibility") == CustomList.Visibility.LINK != _saved_visibility(custom_list):
        custom_list.link_key = new_link_key()
    for name, value in values.items():
        setattr(custom_list, name, value.strip() if isinstance(value, str) else value)
    custom_list.clean_fields(exclude={"owner"})
    require_text(custom_list.name + custom_list.description)
    _require_length("description", custom_list.description, LONGEST_DESCRIPTION)
    custom_list.changed_at = timezone.now()
    custom_list.save()


def delete_list(custom_list: CustomList) -> None:
    custom_list.delete()


def set_removed(custom_list: CustomList, is_removed: bool) -> None:
    """Hide the list from everyone but its owner, or show it again."""
    CustomList.objects.filter(pk=custom_list.pk).update(is_removed=is_removed)


def add_title(custom_list: CustomList, title: Title, note: str = "") -> CustomListItem:
    """Add a title at the end of the list. Return the existing item, unchanged, if the list has the title."""
    with transaction.atomic():
        _lock(custom_list)
        item = custom_list.items.filter(title=title).first()
        if item is not None:
            return item
        if custom_list.items.count() >= MOST_TITLES:
            raise ValidationError(gettext("A list can have up to %(n)d titles.") % {"n": MOST_TITLES})
        last = custom_list.items.aggregate(last=Max("position"))["last"]
        item = CustomListItem(custom_list=custom_list, title=title, position=0 if last is None else last + 1)
        _write_note(item, note)
        _touch(custom_list)
    return item


def put_title(
    custom_list: CustomList, title: Title, *, note: str | None = None, place: int | None = None
) -> CustomListItem:
    """Add a title, or change its note or its place, counted from 1; all or nothing."""
    with transaction.atomic():
        item = add_title(custom_list, title)
        if note is not None:
            change_note(item, note)
        if place is not None:
            move_item(item, place - 1)
    return item


def remove_item(item: CustomListItem) -> None:
    with transaction.atomic():
        item.delete()
        _touch(item.custom_list)


def change_note(item: CustomListItem, note: str) -> None:
    with transaction.atomic():
        _write_note(item, note)
        _touch(item.custom_list)


def move_item(item: CustomListItem, place: int) -> None:
    """Move an item to a place, counted from 0 among the titles that the owner can see."""
    _reorder(item, lambda visible: place)


def step_item(item: CustomListItem, step: str) -> None:
    """Move an item one place "up" or "down", or to be "first", among the titles that the owner can see."""
    _reorder(item, lambda visible: ordering.step(visible, item.pk, step))


def set_lists_of_title(owner: User, title: Title, list_ids: Iterable[int]) -> None:
    """Put the title on these lists of the owner's, and take it off all others; all or nothing."""
    chosen = set(list_ids)
    with transaction.atomic():
        for item in CustomListItem.objects.filter(custom_list__owner=owner, title=title).exclude(
            custom_list__in=chosen
        ):
            remove_item(item)
        for custom_list in owner.custom_lists.filter(pk__in=chosen).exclude(items__title=title):
            add_title(custom_list, title)


def join_items(kept: CustomListItem, dropped: CustomListItem) -> None:
    """Make one of two items of a list that are one work: at the earlier place, with both notes."""
    notes = dict.fromkeys(filter(None, (kept.note, dropped.note)))
    CustomListItem.objects.filter(pk=kept.pk).update(
        note=" · ".join(notes)[:LONGEST_NOTE],
        position=min(kept.position, dropped.position),
        added_at=min(kept.added_at, dropped.added_at),
    )


def _write_note(item: CustomListItem, note: str) -> None:
    item.note = note.strip()
    require_text(item.note, "note")
    _require_length("note", item.note, LONGEST_NOTE)
    item.save()


def _saved_visibility(custom_list: CustomList) -> str | None:
    """Return the visibility in the database: a form's instance already has the new one."""
    return CustomList.objects.filter(pk=custom_list.pk).values_list("visibility", flat=True).first()


def _reorder(item: CustomListItem, place: Callable[[list[int]], int]) -> None:
    custom_list = item.custom_list
    with transaction.atomic():
        _lock(custom_list)
        rows = list(custom_list.items.order_by("position", "pk"))
        can_see = set(items_visible_to(custom_list.owner, custom_list).values_list("pk", flat=True))
        visible = [row.pk for row in rows if row.pk in can_see]
        if item.pk in can_see:
            CustomListItem.objects.bulk_update(ordering.move(rows, can_see, item.pk, place(visible)), ["position"])
            _touch(custom_list)


def _require_length(field: str, text: str, longest: int) -> None:
    if len(text) > longest:  # a TextField's max_length only applies to forms
        message = gettext("Texts can be up to %(n)d characters (this one has %(given)d).")
        raise ValidationError({field: message % {"n": longest, "given": len(text)}})


def _lock(custom_list: CustomList) -> None:
    """Lock the list, so that simultaneous changes wait for each other."""
    CustomList.objects.select_for_update(no_key=True).get(pk=custom_list.pk)


def _touch(custom_list: CustomList) -> None:
    CustomList.objects.filter(pk=custom_list.pk).update(changed_at=timezone.now())
