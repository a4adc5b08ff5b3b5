"""Undo the removal of a title from a list: the item is cached for 15 minutes, for its owner only."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.models import User
from catalog.models import Title
from social.custom_lists import writing
from social.models.custom_lists import CustomList, CustomListItem

SECONDS = 15 * 60


def remember(item: CustomListItem) -> str:
    """Cache an item. Return the URL that restores it on POST."""
    key = get_random_string(20)
    values = (item.custom_list_id, item.title_id, item.note, item.position, item.added_at)
    cache.set(_name(item.custom_list.owner_id, key), values, SECONDS)
    return reverse("social:restore_list_item", args=[key])


def restore(owner: User, key: str) -> CustomList | None:
    """Restore a removed item, once, and return its list. Return None if it has expired or its list is gone."""
    name = _name(owner.pk, key)
    values = cache.get(name)
    if values is None or not cache.delete(name):
        return None
    list_id, title_id, note, position, added_at = values
    custom_list = owner.custom_lists.filter(pk=list_id).first()
    title = Title.objects.filter(pk=title_id).first()
    if custom_list is None or title is None:
        return None
    with transaction.atomic():
        item = writing.add_title(custom_list, title, note=note)
        CustomListItem.objects.filter(pk=item.pk).update(position=position, added_at=added_at)
    return custom_list


def _name(owner_id: int, key: str) -> str:
    return f"undo-list-item:{owner_id}:{key}"
