"""Visibility of custom lists: each has its own setting, and shows each viewer only the titles they may see."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from catalog.models import Title
from social.models.custom_lists import CustomList, CustomListItem
from social.visibility import Viewer, followed_by, members_visible_to

Visibility = CustomList.Visibility


def lists_visible_to(viewer: Viewer) -> QuerySet[CustomList]:
    """Return the lists that the viewer can find: not those that need their link, except the viewer's own.

    Others' lists of nothing but titles that the viewer can't see aren't there.
    """
    condition = Q(visibility=Visibility.PUBLIC, is_removed=False)
    if viewer is not None and viewer.is_authenticated:
        condition |= Q(owner=viewer) | Q(
            owner__in=followed_by(viewer), visibility=Visibility.FOLLOWERS, is_removed=False
        )
    items, titles = CustomListItem.objects.filter(custom_list=OuterRef("pk")), Title.objects.visible_to(viewer)
    shows_something = ~Exists(items) | Exists(items.filter(title__in=titles.order_by()))
    if viewer is not None and viewer.is_authenticated:
        shows_something |= Q(owner=viewer)
    return CustomList.objects.filter(condition, shows_something, owner__in=members_visible_to(viewer))


def lists_of_link(viewer: Viewer, link_key: str) -> QuerySet[CustomList]:
    """Return the list with this link, if it is shared by link and the viewer can see its owner."""
    shared = CustomList.objects.filter(link_key=link_key, visibility=Visibility.LINK, is_removed=False)
    return shared.filter(owner__in=members_visible_to(viewer))


def items_visible_to(viewer: Viewer, custom_list: CustomList) -> QuerySet[CustomListItem]:
    """Return the items whose titles the viewer may see. The caller has checked that they can see the list."""
    return custom_list.items.filter(title__in=Title.objects.visible_to(viewer).order_by())


def own_lists(owner: User) -> QuerySet[CustomList]:
    return CustomList.objects.filter(owner=owner)
