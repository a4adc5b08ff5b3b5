"""Who may see what of whom, where it depends on who follows whom."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import ListEntry, ListEntryQuerySet, User, Visibility
from social.models import Follow


def shown_to_follower(viewer: User | AnonymousUser | None) -> Q | None:
    """The entries that `viewer` may see because they follow the list's owner."""
    if viewer is None or not viewer.is_authenticated:
        return None
    return Q(visibility=Visibility.FOLLOWERS, user__in=Follow.objects.filter(follower=viewer).values("followed"))


def entries_visible_to(viewer: User | AnonymousUser | None) -> ListEntryQuerySet:
    return ListEntry.objects.visible_to(viewer, also=shown_to_follower(viewer))
