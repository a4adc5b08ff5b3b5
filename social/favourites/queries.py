"""Queries for favourites, which are as visible as their member's list, and as the entries of their titles on it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import ListEntry, User, Visibility
from catalog.models import Title
from catalog.titles.cards import title_cards
from social.models.favourites import Favourite
from social.visibility import Viewer, entries_visible_to, followed_by, members_visible_to


def favourites_visible_to(viewer: Viewer) -> QuerySet[Favourite]:
    """Return the favourites that the viewer can see: not those whose title is on the list in a more private entry."""
    condition = Q(member__list_visibility=Visibility.PUBLIC)
    same = {"user": OuterRef("member"), "title": OuterRef("title")}
    is_shown = ~Exists(ListEntry.objects.filter(**same)) | Exists(entries_visible_to(viewer).filter(**same))
    if viewer is not None and viewer.is_authenticated:
        of_followed = Q(member__list_visibility=Visibility.FOLLOWERS, member__in=followed_by(viewer))
        condition = Q(member=viewer) | ((condition | of_followed) & Q(is_shown))
    else:
        condition &= Q(is_shown)
    return Favourite.objects.filter(
        condition, member__in=members_visible_to(viewer), title__in=Title.objects.visible_to(viewer).order_by()
    )


def favourites_of(member: User, viewer: Viewer) -> QuerySet[Favourite]:
    """Return the member's favourites that the viewer can see, in the member's order."""
    return favourites_visible_to(viewer).filter(member=member).order_by("position", "pk")


def favourite_titles(member: User, viewer: Viewer) -> list[Title]:
    """Return the cards of these favourites, in order."""
    ids = list(favourites_of(member, viewer).values_list("title", flat=True))
    cards = title_cards(ids)
    return [cards[pk] for pk in ids]


def is_favourite(member: User, title: Title) -> bool:
    return Favourite.objects.filter(member=member, title=title).exists()
