"""The one door for how two members stand to each other. Everything here can be done twice, to the same effect."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from social.activities import record_follow
from social.models import Block, Follow, FollowRequest, Mute
from social.notifications.notifying import count_unread, forget_between, notify
from social.signals import blocked as blocked_signal


def follow(follower: User, followed: User) -> None:
    """Follow, or ask to, where the other approves their followers. Nobody follows themselves, or across a block."""
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
    """No longer follow, and no longer ask to. The followed one removes a follower with it, too."""
    with transaction.atomic():
        Follow.objects.filter(follower=follower, followed=followed).delete()
        FollowRequest.objects.filter(asker=follower, asked=followed).delete()


def accept_request(asked: User, asker: User) -> None:
    with transaction.atomic():
        _lock(asked, asker)
        if FollowRequest.objects.filter(asker=asker, asked=asked).exists() and (new := _make_follow(asker, asked)):
            notify(asker, "accepted", asked, new)


def decline_request(asked: User, asker: User) -> None:
    """The asker is not told, and may ask again."""
    FollowRequest.objects.filter(asker=asker, asked=asked).delete()


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
    """None where they follow already."""
    follow, is_new = Follow.objects.get_or_create(follower=follower, followed=followed)
    FollowRequest.objects.filter(asker=follower, asked=followed).delete()
    if not is_new:
        return None
    record_follow(follow)
    return follow


def _lock(one: User, other: User) -> None:
    """A block and a follow of the same two wait for each other."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, other.pk]).order_by("pk").values("pk"))
