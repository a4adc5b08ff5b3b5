"""Deliver webhook messages and record the results."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Delivery, Webhook
from accounts.webhooks.sending import TEST, WebhookError, post, signature
from anirec.lib.telemetry.request_ids import HEADER, current_id

LEASE = timedelta(minutes=2)  # until an attempt that never finished is repeated
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=4)
GIVE_UP_AFTER = timedelta(hours=24)
MOST_FAILED = 5  # consecutive failed messages, after which a webhook is disabled
LOG_RETENTION = timedelta(days=30)
GONE = 410  # status with which a receiver unsubscribes


def deliver(delivery_id: int) -> None:
    """Try to deliver a due message, unless another worker has taken it. Safe to run twice."""
    delivery = _take(delivery_id)
    if delivery is None:
        return
    webhook, body, now = delivery.webhook, delivery.body.encode(), int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "anirec-webhooks/1",
        HEADER: current_id(),
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(webhook.secret, delivery.message_id, now, body),
    }
    try:
        delivery.status, delivery.remark = post(webhook.url, body, headers), ""
    except WebhookError as error:
        delivery.status, delivery.remark = None, str(error)[:200]
    _record(delivery)


def due_deliveries() -> list[int]:
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=timezone.now())
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:500])


def forget_old_deliveries() -> int:
    old = Delivery.objects.filter(created_at__lt=timezone.now() - LOG_RETENTION)
    return old.exclude(state=Delivery.State.WAITING).delete()[0]


def _take(delivery_id: int) -> Delivery | None:
    with transaction.atomic():
        due = Q(pk=delivery_id, state=Delivery.State.WAITING, next_try_at__lte=timezone.now() + timedelta(seconds=1))
        delivery = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(due).first()
        if delivery is None:
            return None
        if delivery.webhook.disabled_at and delivery.event != TEST:
            delivery.state, delivery.next_try_at = Delivery.State.FAILED, None
            delivery.remark = gettext("The webhook is disabled. Enable it first.")
            delivery.save()
            return None
        delivery.n_tries += 1
        delivery.tried_at, delivery.next_try_at = timezone.now(), timezone.now() + LEASE
        delivery.save(update_fields=["n_tries", "tried_at", "next_try_at"])
    return delivery


def _record(delivery: Delivery) -> None:
    webhook = delivery.webhook
    if delivery.status is not None and 200 <= delivery.status < 300:
        delivery.state, delivery.next_try_at = Delivery.State.DONE, None
        Webhook.objects.filter(pk=webhook.pk).update(n_failed=0)
    elif delivery.event == TEST or delivery.status == GONE or _next_try(delivery) > delivery.created_at + GIVE_UP_AFTER:
        delivery.state, delivery.next_try_at = Delivery.State.FAILED, None
        _count_failure(webhook, delivery)
    else:
        delivery.next_try_at = _next_try(delivery)
    delivery.save(update_fields=["state", "next_try_at", "status", "remark"])


def _next_try(delivery: Delivery) -> datetime:
    """Return the time of the next attempt. Pauses triple, with jitter so that a recovering receiver isn't overrun."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** (delivery.n_tries - 1))
    return timezone.now() + pause * random.Random(delivery.message_id + str(delivery.n_tries)).uniform(0.8, 1.2)


def _count_failure(webhook: Webhook, delivery: Delivery) -> None:
    if delivery.event == TEST:
        return
    webhook.n_failed += 1
    if webhook.disabled_at is None and (webhook.n_failed >= MOST_FAILED or delivery.status == GONE):
        webhook.disabled_at = timezone.now()
        _notify_owner(webhook)
    webhook.save(update_fields=["n_failed", "disabled_at"])


def _notify_owner(webhook: Webhook) -> None:
    with translation.override(webhook.user.language or None):
        subject = gettext("Webhook disabled")
        text = gettext(
            "Delivery to %(url)s failed repeatedly, so this webhook was disabled. "
            "Enable it again under Settings, Webhooks."
        )
        send_mail(subject, text % {"url": webhook.url}, None, [webhook.user.email], fail_silently=True)
