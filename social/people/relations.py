"""The only module that writes relations between members. All functions are idempotent."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.security.limits import WriteLimit
from social.activities import record_follow
from social.models import Block, Follow, FollowRequest, Mute
from social.notifications.notifying import count_unread, forget_between, notify
from social.signals import blocked as blocked_signal

FOLLOWS = WriteLimit("follows", per_hour=200)


def follow(follower: User, followed: User) -> None:
    """Follow a member, or request to if they approve followers. Does nothing for oneself or across a block."""
    FOLLOWS.consume(follower)
    with transaction.atomic():
        _lock(follower, followed)
        if follower == followed or is_blocked_between(follower, followed):
            return
        if followed.approves_followers and not Follow.objects.filter(follower=follower, followed=followed).exists():
            request, is_new = FollowRequest.objects.get_or_create(asker=follower, asked=followed)
            if is_new:
                notify(followed, "request", follower, request)
        elif new := _make_follow(follower, followed):
            notify(followed, "follow", follower, new)


def unfollow(follower: User, followed: User) -> None:
    """Unfollow a member, or cancel the request. Also used to remove a follower."""
    with transaction.atomic():
        Follow.objects.filter(follower=follower, followed=followed).delete()
        FollowRequest.objects.filter(asker=follower, asked=followed).delete()


def accept_request(member: User, asker: User) -> None:
    with transaction.atomic():
        _lock(member, asker)
        if FollowRequest.objects.filter(asker=asker, asked=member).exists() and (new := _make_follow(asker, member)):
            notify(asker, "accepted", member, new)


def decline_request(member: User, asker: User) -> None:
    """Decline a follow request. The asker isn't notified, and can ask again."""
    FollowRequest.objects.filter(asker=asker, asked=member).delete()


def block(blocker: User, blocked: User) -> None:
    """Block a member and end all relations in both directions. Sends `signals.blocked`."""
    if blocker == blocked:
        return
    with transaction.atomic():
        _lock(blocker, blocked)
        Block.objects.get_or_create(blocker=blocker, blocked=blocked)
        for one, other in ((blocker, blocked), (blocked, blocker)):
            Follow.objects.filter(follower=one, followed=other).delete()
            FollowRequest.objects.filter(asker=one, asked=other).delete()
        forget_between(blocker.pk, blocked.pk)
        blocked_signal.send(Block, blocker_id=blocker.pk, blocked_id=blocked.pk)


def unblock(blocker: User, blocked: User) -> None:
    """Unblock a member. Earlier relations are not restored."""
    Block.objects.filter(blocker=blocker, blocked=blocked).delete()


def mute(muter: User, muted: User) -> None:
    if muter != muted:
        Mute.objects.get_or_create(muter=muter, muted=muted)
        count_unread(muter.pk)


def unmute(muter: User, muted: User) -> None:
    Mute.objects.filter(muter=muter, muted=muted).delete()
    count_unread(muter.pk)


def is_blocked_between(one: User, other: User) -> bool:
    either = Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one)
    return Block.objects.filter(either).exists()


def _make_follow(follower: User, followed: User) -> Follow | None:
    """Create a follow and delete its request. Return None if the follow exists already."""
    follow, is_new = Follow.objects.get_or_create(follower=follower, followed=followed)
    FollowRequest.objects.filter(asker=follower, asked=followed).delete()
    if not is_new:
        return None
    record_follow(follow)
    return follow


def _lock(one: User, other: User) -> None:
    """Lock both members, so that a simultaneous block and follow wait for each other."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, other.pk]).order_by("pk").values("pk"))
