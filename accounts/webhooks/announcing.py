"""Queue a message for each webhook subscribed to a published event."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts.events import Event, published
from accounts.models import Delivery, Webhook
from accounts.webhooks.sending import TEST
from accounts.webhooks.tasks import deliver_webhook
from anirec.lib.jobs import send_soon

WAIT = timedelta(seconds=5)  # collects coalescing events


@receiver(published, dispatch_uid="webhooks")
def queue_deliveries(user_id: int, event: Event, data: Mapping[str, Any], **_: Any) -> None:
    """Queue a message for each of the member's webhooks with this event; coalescing events share a message."""
    for webhook in Webhook.objects.filter(user=user_id, events__contains=[event.name], disabled_at=None):
        untried = webhook.deliveries.filter(event=event.name, state=Delivery.State.WAITING, n_tries=0)
        body = _body(event.name, data)
        if not event.coalesces or not untried.filter(next_try_at__gt=timezone.now()).update(body=body):
            _send(webhook, event.name, body, timezone.now() + WAIT)


def send_test(webhook: Webhook) -> Delivery:
    return _send(webhook, TEST, _body(TEST, {"message": "It works."}), timezone.now())


def _body(event: str, data: Mapping[str, Any]) -> str:
    return json.dumps({"type": event, "timestamp": timezone.now().isoformat(), "data": data})


def _send(webhook: Webhook, event: str, body: str, at: datetime) -> Delivery:
    delivery = Delivery.objects.create(
        webhook=webhook, message_id=f"msg_{secrets.token_hex(12)}", event=event, body=body, next_try_at=at
    )
    seconds = max(0, (at - timezone.now()).total_seconds())
    transaction.on_commit(
        partial(send_soon, deliver_webhook, countdown=seconds, delivery_id=delivery.pk), robust=True
    )  # if this fails, `deliver_due_webhooks` sends it within a minute
    return delivery
