"""Notify open pages of changed parts. A background thread sends the messages, so no request waits."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from functools import cache
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.dispatch import receiver

from accounts import page_parts
from accounts.signals import signed_out
from anirec.live.presence import members_here
from social.people.queries import followers_among
from social.signals import feed_changed

log = logging.getLogger(__name__)

EVERYBODY = "everybody"
LONGEST_SEND = 1.0  # seconds; a send usually takes about a millisecond


def group_of(user_id: int) -> str:
    return f"member-{user_id}"


@receiver(page_parts.changed, dispatch_uid="live_parts")
def send_part(part: str, user_ids: Iterable[int] | None, **_: Any) -> None:
    _send_soon([EVERYBODY] if user_ids is None else [group_of(user_id) for user_id in user_ids], part)


@receiver(feed_changed, dispatch_uid="live_feed")
def send_feed(user_id: int, **_: Any) -> None:
    """Notify the member's followers who have a page open, found by one Valkey lookup with the usual timeout."""
    try:
        here = members_here()
    except redis.RedisError as error:
        return log.warning("Open pages were not told that the feed changed: %s", error)
    _send_soon([group_of(follower) for follower in followers_among(user_id, here)], "feed")


@receiver(signed_out, dispatch_uid="live_sessions")
def close_sockets(user_id: int, session_key: str, **_: Any) -> None:
    _send_message_soon([group_of(user_id)], {"type": "signed_out", "session_key": session_key})


def _send_soon(groups: Iterable[str], part: str) -> None:
    _send_message_soon(groups, {"type": "changed", "kind": part})


def _send_message_soon(groups: Iterable[str], message: dict[str, str]) -> None:
    sending = asyncio.wait_for(_send(list(groups), message), LONGEST_SEND)
    asyncio.run_coroutine_threadsafe(sending, _loop()).add_done_callback(_log_failure)


def _log_failure(sending: Future[None]) -> None:
    if error := sending.exception():
        log.warning("Open pages were not told of a change: %s", error or "timed out")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of the sending thread, whose connections outlive the threads that write."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="live", daemon=True).start()
    return loop


os.register_at_fork(after_in_child=_loop.cache_clear)


async def _send(groups: list[str], message: dict[str, str]) -> None:
    layer = get_channel_layer()
    for group in groups:
        await layer.group_send(group, message)
