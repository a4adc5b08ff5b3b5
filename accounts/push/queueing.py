"""Queue messages for members' browsers. A worker sends them (`accounts.push.delivering`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import PushMessage, PushSubscription
from accounts.push.tasks import deliver_pushes
from anirec.lib.jobs import send_soon

LIFE = timedelta(days=1)
LONGEST_TEXT = 300  # characters; services take 4,096 bytes of all
TEST = "test"


@dataclass(frozen=True)
class Push:
    """A notification as a browser shows it, in the member's language.

    path: opened by a click. tag: a later one with the same tag takes its place. Screens show it while they are
    locked: it says no more than the site's own notification.
    """

    user_id: int
    text: str
    path: str
    tag: str
    expires_at: datetime | None = None  # by default in a day

    def body(self) -> str:
        text = self.text if len(self.text) <= LONGEST_TEXT else self.text[: LONGEST_TEXT - 1] + "…"
        return json.dumps({"title": "anirec", "body": text, "path": self.path, "tag": self.tag}, ensure_ascii=False)


def queue(pushes: Iterable[Push]) -> int:
    """Queue each push for every browser of its member. Return the number of messages."""
    pushes = list(pushes)
    devices: dict[int, list[PushSubscription]] = {}
    for device in PushSubscription.objects.filter(user__in={push.user_id for push in pushes}).only("pk", "user_id"):
        devices.setdefault(device.user_id, []).append(device)
    return _save(_message(device, push) for push in pushes for device in devices.get(push.user_id, ()))


def queue_test(device: PushSubscription) -> None:
    text = gettext("Notifications work on this device.")
    expires_at = timezone.now() + timedelta(minutes=10)
    _save([_message(device, Push(device.user_id, text, reverse("accounts:push"), TEST, expires_at))])


def _message(device: PushSubscription, push: Push) -> PushMessage:
    now = timezone.now()
    return PushMessage(subscription=device, body=push.body(), next_try_at=now, expires_at=push.expires_at or now + LIFE)


def _save(messages: Iterable[PushMessage]) -> int:
    created = PushMessage.objects.bulk_create(messages, batch_size=2_000)
    if created:
        # If this is lost, the regular job sends them within a minute.
        transaction.on_commit(lambda: send_soon(deliver_pushes), robust=True)
    return len(created)
