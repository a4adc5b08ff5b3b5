"""The only module that changes favourites. Callers have checked that the titles are visible to the member."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from accounts.models import User
from accounts.security.limits import WriteLimit
from catalog.models import Title
from social import ordering
from social.favourites.queries import favourites_of
from social.models.favourites import Favourite

MOST = 30
FAVOURITES = WriteLimit("favourites", per_hour=500)


def add_favourite(member: User, title: Title) -> Favourite:
    """Add a title as the last favourite. Return the existing one if it is a favourite already."""
    with transaction.atomic():
        member.lock()
        if existing := member.favourites.filter(title=title).first():
            return existing
        if member.favourites.count() >= MOST:
            raise ValidationError(gettext("You can have up to %(n)d favourites. Remove one first.") % {"n": MOST})
        FAVOURITES.consume(member)
        last = member.favourites.aggregate(last=Max("position"))["last"]
        return member.favourites.create(title=title, position=0 if last is None else last + 1)


def remove_favourite(member: User, title: Title) -> None:
    Favourite.objects.filter(member=member, title=title).delete()


def move_favourite(member: User, title: Title, place: int) -> None:
    """Move a favourite to a place, counted from 0 among those that the member can see."""
    _reorder(member, title, lambda visible, pk: place)


def step_favourite(member: User, title: Title, step: str) -> None:
    """Move a favourite one place "up" or "down", or to be "first", among those that the member can see."""
    _reorder(member, title, lambda visible, pk: ordering.step(visible, pk, step))


def put_favourite(member: User, title: Title, place: int | None = None) -> Favourite:
    """Make a title a favourite, at a place counted from 1; all or nothing."""
    with transaction.atomic():
        favourite = add_favourite(member, title)
        if place is not None:
            move_favourite(member, title, place - 1)
    return favourite


def join_favourites(kept: Favourite, dropped: Favourite) -> None:
    """Make one of two favourites that are one work, at the earlier place."""
    Favourite.objects.filter(pk=kept.pk).update(
        position=min(kept.position, dropped.position), added_at=min(kept.added_at, dropped.added_at)
    )


def _reorder(member: User, title: Title, place: Callable[[list[int], int], int]) -> None:
    with transaction.atomic():
        member.lock()
        rows = list(member.favourites.order_by("position", "pk"))
        visible = list(favourites_of(member, member).values_list("pk", flat=True))
        moving = next((row.pk for row in rows if row.title_id == title.pk and row.pk in visible), None)
        if moving is not None:
            Favourite.objects.bulk_update(ordering.move(rows, visible, moving, place(visible, moving)), ["position"])
