"""Whom a member follows, in their own JSON: by name, for the members of that name who are here."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.portability.sections import Section, register
from social.models import Follow


def export_follows(user: User) -> list[str]:
    return list(
        Follow.objects.filter(follower=user).order_by("followed__username").values_list("followed__username", flat=True)
    )


def restore_follows(user: User, names: list[Any]) -> list[int]:
    """The ids of those who are followed from now on, and were not before."""
    wanted = User.objects.filter(username__in=[name for name in names if isinstance(name, str) and "\x00" not in name])
    new = list(wanted.exclude(pk=user.pk).exclude(followers__follower=user).values_list("pk", flat=True))
    Follow.objects.bulk_create(
        [Follow(follower=user, followed_id=followed_id) for followed_id in new], ignore_conflicts=True
    )
    return new


def undo_follows(user: User, followed_ids: list[int]) -> None:
    Follow.objects.filter(follower=user, followed__in=followed_ids).delete()


register(Section("follows", export_follows, restore_follows, undo_follows))
