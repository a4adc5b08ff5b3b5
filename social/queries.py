from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from social.models import Follow
from social.visibility import entries_visible_to

KINDS = {"": _("Everybody"), "people": _("People"), "synthetic": _("Synthetic"), "following": _("I follow")}


@dataclass(frozen=True)
class FollowState:
    n_followers: int
    n_following: int
    is_followed: bool


def member_directory(viewer: User | AnonymousUser, *, kind: str = "", q: str = "") -> QuerySet[User]:
    """Members, those with the most entries that `viewer` may see first (`n_entries`)."""
    entries = entries_visible_to(viewer).filter(user=OuterRef("pk")).order_by().values("user")
    members = User.objects.filter(is_active=True)
    if kind in ("people", "synthetic"):
        members = members.filter(is_synthetic=kind == "synthetic")
    elif kind == "following":
        followed = Follow.objects.filter(follower=viewer) if viewer.is_authenticated else Follow.objects.none()
        members = members.filter(pk__in=followed.values("followed"))
    if q:
        members = members.filter(username__icontains=q)
    n_entries = Coalesce(Subquery(entries.annotate(n=Count("pk")).values("n")), 0)
    return members.annotate(n_entries=n_entries).order_by("is_synthetic", "-n_entries", "username")


def follow_state(member: User, viewer: User | AnonymousUser) -> FollowState:
    numbers = Follow.objects.filter(followed=member).aggregate(n=Count("pk"))
    return FollowState(
        n_followers=numbers["n"],
        n_following=Follow.objects.filter(follower=member).count(),
        is_followed=viewer.is_authenticated and Follow.objects.filter(follower=viewer, followed=member).exists(),
    )
