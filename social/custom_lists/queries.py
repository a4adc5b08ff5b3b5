from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from catalog.models import Title
from catalog.titles.cards import title_cards
from social.custom_lists.visibility import items_visible_to, lists_visible_to, own_lists
from social.models.custom_lists import CustomList, CustomListItem

POSTERS = 4


@dataclass(frozen=True)
class ListPage:
    """A list as one viewer sees it. n_hidden: the number of titles that its owner can't see; 0 for others."""

    custom_list: CustomList
    items: QuerySet[CustomListItem]
    is_own: bool
    n_hidden: int


def lists_of(owner: User, viewer: User | AnonymousUser) -> QuerySet[Any]:
    """Return the owner's lists that the viewer can find, last changed first, with `n_titles` they can see."""
    return with_counts(lists_visible_to(viewer).filter(owner=owner), viewer).order_by("-changed_at", "-pk")


def with_counts(lists: QuerySet[CustomList], viewer: User | AnonymousUser) -> QuerySet[Any]:
    visible = Title.objects.visible_to(viewer).order_by()
    items = CustomListItem.objects.filter(custom_list=OuterRef("pk"), title__in=visible).values("custom_list")
    counts = Subquery(items.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return lists.select_related("owner").annotate(n_titles=Coalesce(counts, 0))


def list_page(custom_list: CustomList, viewer: User | AnonymousUser) -> ListPage:
    is_own = custom_list.owner_id == viewer.pk
    items = in_order(custom_list, items_visible_to(viewer, custom_list))
    return ListPage(custom_list, items, is_own, custom_list.items.count() - items.count() if is_own else 0)


def in_order(custom_list: CustomList, items: QuerySet[CustomListItem]) -> QuerySet[CustomListItem]:
    """Order the items: by position if the list is ordered, else newest first."""
    return items.order_by("position", "pk") if custom_list.is_ordered else items.order_by("-added_at", "-pk")


def add_cards(items: list[CustomListItem]) -> list[CustomListItem]:
    """Set each item's `title` to its card, with one query."""
    cards = title_cards([item.title_id for item in items])
    for item in items:
        item.title = cards[item.title_id]
    return items


def add_posters(lists: list[Any], viewer: User | AnonymousUser) -> list[Any]:
    """Set each list's `posters` to the cards of its first visible titles, with two queries."""
    visible = Title.objects.visible_to(viewer).order_by()
    items = CustomListItem.objects.filter(custom_list__in=[one.pk for one in lists], title__in=visible)
    by_list: dict[int, list[int]] = {}
    for list_id, title_id in items.order_by("position", "pk").values_list("custom_list", "title"):
        if len(by_list.setdefault(list_id, [])) < POSTERS:
            by_list[list_id].append(title_id)
    cards = title_cards([pk for ids in by_list.values() for pk in ids])
    for one in lists:
        one.posters = [cards[pk] for pk in by_list.get(one.pk, [])]
    return lists


def lists_for_title(owner: User, title: Title) -> QuerySet[Any]:
    """Return the owner's lists by name, with `has_title`."""
    has_title = Exists(CustomListItem.objects.filter(custom_list=OuterRef("pk"), title=title))
    return own_lists(owner).annotate(has_title=has_title).order_by("name", "pk")
