"""/live/socket/: one open page of a member."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.models import User
from anirec.live import presence
from anirec.live.broadcast import EVERYBODY, group_of
from anirec.live.state import State, state_of

NOT_SIGNED_IN = 4401
SIGN_OF_LIFE = 60  # seconds: what a page says in between is not listened to


class PageConsumer(AsyncWebsocketConsumer):
    """Send the state when a page connects, and every change after that. The page sends only heartbeats."""

    groups = (EVERYBODY,)
    member: User | None = None
    said: State
    heard_at: float

    async def connect(self) -> None:
        await self.accept()
        if not self.scope["user"].is_authenticated:
            return await self.close(NOT_SIGNED_IN)
        member = self.member = self.scope["user"]
        self.said = {}
        await self.channel_layer.group_add(group_of(member.pk), self.channel_name)
        await self._is_here(member)

    async def disconnect(self, code: int) -> None:
        if self.member is not None:
            await self.channel_layer.group_discard(group_of(self.member.pk), self.channel_name)
            await asyncio.to_thread(presence.has_left, self.member.pk, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.member is not None and time.monotonic() > self.heard_at + SIGN_OF_LIFE:
            await self._is_here(self.member)

    async def changed(self, event: dict[str, Any]) -> None:
        if self.member is not None:
            await self._say(self.member, event["kind"])

    async def _is_here(self, member: User) -> None:
        self.heard_at = time.monotonic()
        await asyncio.to_thread(presence.is_here, member.pk, self.channel_name)
        await self._say(member)

    async def _say(self, member: User, *kinds: str) -> None:
        """Send the changes visible to this page. Hidden changes are not even signalled."""
        state = await database_sync_to_async(state_of)(member.pk, *kinds)
        if state is None:
            return await self.close(NOT_SIGNED_IN)
        if state.items() - self.said.items():
            self.said |= state
            await self.send(json.dumps(state))
