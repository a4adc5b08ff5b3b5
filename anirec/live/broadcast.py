"""Broadcast app signals to open sockets, asynchronously and without raising errors."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.dispatch import receiver

from accounts.signals import list_changed
from anirec.live.presence import members_here
from recommendations.signals import published
from social.people.queries import followers_among
from social.plans.queries import taking_part
from social.signals import feed_changed, notified, plan_changed

log = logging.getLogger(__name__)

EVERYBODY = "everybody"
LONGEST_WAIT = 1.0  # seconds; it takes about a thousandth


def group_of(user_id: int) -> str:
    return f"member-{user_id}"


@receiver(list_changed, dispatch_uid="live_list")
def tell_recommendations(user_id: int, **_: Any) -> None:
    _tell([group_of(user_id)], "recommendations")


@receiver(notified, dispatch_uid="live_notifications")
def tell_notifications(user_id: int, **_: Any) -> None:
    _tell([group_of(user_id)], "notifications")


@receiver(feed_changed, dispatch_uid="live_feed")
def tell_feeds(user_id: int, **_: Any) -> None:
    """Return online followers of the member."""
    try:
        here = members_here()
    except redis.RedisError as error:
        return log.warning("No page was told of the feed's change: %s", error)
    _tell([group_of(follower) for follower in followers_among(user_id, here)], "feed")


@receiver(plan_changed, dispatch_uid="live_plans")
def tell_plans(plan_id: int, **_: Any) -> None:
    _tell([group_of(member) for member in taking_part(plan_id)], "plans")


@receiver(published, dispatch_uid="live_published")
def tell_everybody(**_: Any) -> None:
    _tell([EVERYBODY], "recommendations")


def _tell(groups: Iterable[str], kind: str) -> None:
    sending = asyncio.run_coroutine_threadsafe(_send(groups, {"type": "changed", "kind": kind}), _loop())
    try:
        sending.result(LONGEST_WAIT)
    except (redis.RedisError, OSError) as error:  # TimeoutError is an OSError
        log.warning("No page was told of a change of %s: %s", kind, error or "it took too long")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Of a thread that only sends: its connections stay open, whatever threads the writes come from."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="live", daemon=True).start()
    return loop


os.register_at_fork(after_in_child=_loop.cache_clear)


async def _send(groups: Iterable[str], message: dict[str, str]) -> None:
    layer = get_channel_layer()
    for group in groups:
        await layer.group_send(group, message)
