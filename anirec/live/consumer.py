"""/live/socket/: one open page of a member."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from accounts.models import User
from anirec.lib.telemetry import metrics
from anirec.live import presence
from anirec.live.broadcast import EVERYBODY, group_of
from anirec.live.state import State, member_of_session, state_of, versions_for

NOT_SIGNED_IN = 4401
HEARTBEAT = 60  # seconds; messages sent sooner are ignored


class PageConsumer(AsyncWebsocketConsumer):
    """One page's socket: sends the state on connection, then every change. The page sends only heartbeats."""

    groups = (EVERYBODY,)
    member: User | None = None
    last_state: State = {}
    heartbeat_at: float

    async def connect(self) -> None:
        await self.accept()
        metrics.web_sockets.labels("page").inc()
        key = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME)
        member = self.member = await database_sync_to_async(member_of_session)(key)
        if member is None:
            return await self.close(NOT_SIGNED_IN)
        await self.channel_layer.group_add(group_of(member.pk), self.channel_name)
        await self._note_presence(member)
        self.last_state = await database_sync_to_async(versions_for)(member)
        await self.send(json.dumps(self.last_state))

    async def disconnect(self, code: int) -> None:
        metrics.web_sockets.labels("page").dec()
        if self.member is not None:
            await self.channel_layer.group_discard(group_of(self.member.pk), self.channel_name)
            await asyncio.to_thread(presence.has_left, self.member.pk, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.member is not None and time.monotonic() > self.heartbeat_at + HEARTBEAT:
            await self._note_presence(self.member)
            await self._send_changes(self.member)

    async def changed(self, event: dict[str, Any]) -> None:
        if self.member is not None:
            await self._send_changes(self.member, event["kind"])

    async def signed_out(self, event: dict[str, Any]) -> None:
        if event["session_key"] == self.scope["cookies"].get(settings.SESSION_COOKIE_NAME):
            await self.close(NOT_SIGNED_IN)

    async def _note_presence(self, member: User) -> None:
        self.heartbeat_at = time.monotonic()
        await asyncio.to_thread(presence.is_here, member.pk, self.channel_name)

    async def _send_changes(self, member: User, *kinds: str) -> None:
        """Send the state of these parts if it changed for this member. Changes hidden from them send nothing."""
        state = await database_sync_to_async(state_of)(member.pk, *kinds)
        if state is None:
            return await self.close(NOT_SIGNED_IN)
        if state.items() - self.last_state.items():
            self.last_state = self.last_state | state
            await self.send(json.dumps(state))
