from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Lower
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Visibility
from anirec.lib.text import is_text
from social.models import Follow, FollowRequest, Mute
from social.visibility import entries_visible_to, followed_by, members_visible_to

KINDS = {
    "": _("All members"),
    "people": _("Real people"),
    "synthetic": _("Synthetic members"),
    "following": _("Following"),
}


@dataclass(frozen=True)
class FollowState:
    n_followers: int
    n_following: int
    is_followed: bool
    is_requested: bool
    is_muted: bool


def visible_member(username: str, viewer: User | AnonymousUser) -> User:
    """Return the member with this name. Raises Http404 unless `viewer` can see them."""
    return find_by_name(username, members_visible_to(viewer))


def visible_members(names: Iterable[str], viewer: User | AnonymousUser) -> tuple[list[User], list[str]]:
    """Return the members with these names that `viewer` can see, in order, and the names not found."""
    names_by_key = {name.lower(): name for name in names}
    members = members_visible_to(viewer).annotate(key=Lower("username"))
    by_key = {member.key: member for member in members.filter(key__in=filter(is_text, names_by_key))}
    missing = [name for key, name in names_by_key.items() if key not in by_key]
    return [by_key[key] for key in names_by_key if key in by_key], missing


def find_by_name(username: str, members: QuerySet[User]) -> User:
    if not is_text(username):
        raise Http404
    return get_object_or_404(members, username__iexact=username)


def member_directory(viewer: User | AnonymousUser, *, kind: str = "", q: str = "") -> QuerySet[User]:
    """Return visible members, people first, most active public lists first.

    `n_entries` is the number of entries that `viewer` can see. Sorting by it would count everyone's entries per page.
    Only changes about anime count, so that the order says nothing of other media to who doesn't see them.
    """
    entries = entries_visible_to(viewer).filter(user=OuterRef("pk")).order_by().values("user")
    members = members_visible_to(viewer)
    if kind in ("people", "synthetic"):
        members = members.filter(is_synthetic=kind == "synthetic")
    elif kind == "following":
        members = members.filter(pk__in=followed_by(viewer)) if viewer.is_authenticated else members.none()
    if q:
        members = members.filter(username__icontains=q)
    n_entries = Coalesce(Subquery(entries.annotate(n=Count("pk")).values("n")), 0)
    is_public = When(list_visibility=Visibility.PUBLIC, then="anime_changes")
    members = members.annotate(n_entries=n_entries, n_changes=Case(is_public, default=0))
    return members.order_by("is_synthetic", "-n_changes", "username")


def followers_among(user_id: int, member_ids: Collection[int]) -> list[int]:
    """Return which of these members follow the user and haven't muted them."""
    following = Follow.objects.filter(followed=user_id, follower__in=member_ids)
    return list(
        following.exclude(follower__in=Mute.objects.filter(muted=user_id).values("muter")).values_list(
            "follower", flat=True
        )
    )


def followers_of(member: User) -> QuerySet[User]:
    return members_visible_to(member).filter(following__followed=member)


def requests_to(member: User) -> QuerySet[FollowRequest]:
    """Return received follow requests, newest first."""
    requests = FollowRequest.objects.filter(asked=member, asker__in=members_visible_to(member))
    return requests.select_related("asker").order_by("-created_at", "-pk")


def requests_by(member: User) -> QuerySet[FollowRequest]:
    """Return sent follow requests, newest first."""
    requests = FollowRequest.objects.filter(asker=member, asked__in=members_visible_to(member))
    return requests.select_related("asked").order_by("-created_at", "-pk")


def blocked_by(member: User) -> QuerySet[User]:
    return User.objects.filter(blocked_by__blocker=member)


def muted_members(member: User) -> QuerySet[User]:
    return members_visible_to(member).filter(muted_by__muter=member)


def follow_state(member: User, viewer: User | AnonymousUser) -> FollowState:
    visible = members_visible_to(viewer)
    is_member = viewer.is_authenticated and viewer != member
    return FollowState(
        n_followers=Follow.objects.filter(followed=member, follower__in=visible).count(),
        n_following=Follow.objects.filter(follower=member, followed__in=visible).count(),
        is_followed=is_member and Follow.objects.filter(follower=viewer.pk, followed=member).exists(),
        is_requested=is_member and FollowRequest.objects.filter(asker=viewer.pk, asked=member).exists(),
        is_muted=is_member and Mute.objects.filter(muter=viewer.pk, muted=member).exists(),
    )
