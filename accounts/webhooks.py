"""Webhooks: who is told what, and what becomes of each message."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Delivery, User, Webhook
from accounts.signals import list_changed
from accounts.webhook_sending import WebhookError, checked_url, new_secret, post, signature

EVENTS: dict[str, str | Promise] = {
    "list.changed": _("My list has changed; changes within a few seconds are one message"),
    "recommendations.updated": _("New recommendations are there for me"),
    "review.created": _("I have written a review"),
    "title.recommended": _("Somebody recommends a title to me"),
}
TEST = "test"
BURSTS = {"list.changed", "recommendations.updated"}  # of which one message stands for many
MOST = 10  # webhooks of a member
WAIT = timedelta(seconds=5)  # for what else happens
LEASE = timedelta(minutes=2)  # after which a delivery that was begun and never ended is tried again
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=4)
GIVEN_UP_AFTER = timedelta(hours=24)
MOST_FAILED = 5  # messages given up in a row, after which a webhook is disabled
LOG_KEPT = timedelta(days=30)
GONE = 410  # what a receiver answers who wants no more


def register_webhook(user: User, url: str, events: Collection[str]) -> Webhook:
    """Its `secret` is to be shown this once. Raises ValidationError, by field."""
    try:
        checked_url(url)
    except WebhookError as error:
        raise ValidationError({"url": str(error)}) from error
    if Webhook.objects.filter(user=user).count() >= MOST:
        raise ValidationError({"url": gettext("%(n)d webhooks are the most: delete one first.") % {"n": MOST}})
    wanted = [event for event in EVENTS if event in events]
    webhook = Webhook(user=user, url=url, events=wanted, secret=new_secret())
    webhook.clean_fields()
    webhook.save()
    return webhook


def enable_webhook(webhook: Webhook) -> None:
    webhook.disabled_at, webhook.n_failed = None, 0
    webhook.save(update_fields=["disabled_at", "n_failed"])


def announce(user_id: int, event: str, data: Mapping[str, Any]) -> None:
    """Have the member's webhooks told, once for a burst. `data` holds nothing that others keep to themselves."""
    webhooks = Webhook.objects.filter(user=user_id, events__contains=[event], disabled_at=None)
    for webhook in webhooks:
        untried = webhook.deliveries.filter(event=event, state=Delivery.State.WAITING, n_tries=0)
        body = _body(event, data)
        if event not in BURSTS or not untried.filter(next_try_at__gt=timezone.now()).update(body=body):
            _send(webhook, event, body, timezone.now() + WAIT)


def send_test(webhook: Webhook) -> Delivery:
    return _send(webhook, TEST, _body(TEST, {"message": "It works."}), timezone.now())


@receiver(list_changed, dispatch_uid="webhooks_list_changed")
def tell_of_list(user_id: int, **_: Any) -> None:
    announce(user_id, "list.changed", {})


def deliver(delivery_id: int) -> None:
    """Try to deliver a message that is due; another worker's is left alone. Safe to run twice."""
    delivery = _take(delivery_id)
    if delivery is None:
        return
    webhook, body, now = delivery.webhook, delivery.body.encode(), int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "anirec-webhooks/1",
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
    old = Delivery.objects.filter(created_at__lt=timezone.now() - LOG_KEPT)
    return old.exclude(state=Delivery.State.WAITING).delete()[0]


def _body(event: str, data: Mapping[str, Any]) -> str:
    return json.dumps({"type": event, "timestamp": timezone.now().isoformat(), "data": data})


def _send(webhook: Webhook, event: str, body: str, at: datetime) -> Delivery:
    from accounts.tasks import deliver_webhook

    delivery = Delivery.objects.create(
        webhook=webhook, message_id=f"msg_{secrets.token_hex(12)}", event=event, body=body, next_try_at=at
    )
    seconds = max(0, (at - timezone.now()).total_seconds())
    options = {"kwargs": {"delivery_id": delivery.pk}, "countdown": seconds, "retry": False}
    transaction.on_commit(
        lambda: deliver_webhook.apply_async(**options), robust=True
    )  # else the minute's look finds it
    return delivery


def _take(delivery_id: int) -> Delivery | None:
    with transaction.atomic():
        due = Q(pk=delivery_id, state=Delivery.State.WAITING, next_try_at__lte=timezone.now() + timedelta(seconds=1))
        delivery = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(due).first()
        if delivery is None:
            return None
        if delivery.webhook.disabled_at and delivery.event != TEST:
            delivery.state, delivery.next_try_at = Delivery.State.FAILED, None
            delivery.remark = gettext("The webhook is disabled.")
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
    elif (
        delivery.event == TEST or delivery.status == GONE or _next_try(delivery) > delivery.created_at + GIVEN_UP_AFTER
    ):
        delivery.state, delivery.next_try_at = Delivery.State.FAILED, None
        _count_failure(webhook, delivery)
    else:
        delivery.next_try_at = _next_try(delivery)
    delivery.save(update_fields=["state", "next_try_at", "status", "remark"])


def _next_try(delivery: Delivery) -> datetime:
    """Three times as long each time, with some chance in it, so that a receiver that comes back is not overrun."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** (delivery.n_tries - 1))
    return timezone.now() + pause * random.Random(delivery.message_id + str(delivery.n_tries)).uniform(0.8, 1.2)


def _count_failure(webhook: Webhook, delivery: Delivery) -> None:
    if delivery.event == TEST:
        return
    webhook.n_failed += 1
    if webhook.disabled_at is None and (webhook.n_failed >= MOST_FAILED or delivery.status == GONE):
        webhook.disabled_at = timezone.now()
        _tell_owner(webhook)
    webhook.save(update_fields=["n_failed", "disabled_at"])


def _tell_owner(webhook: Webhook) -> None:
    with translation.override(webhook.user.language or None):
        subject = gettext("A webhook of yours is disabled")
        text = gettext(
            "Messages to %(url)s did not arrive for a day, several times in a row, so no more are sent. "
            "You can switch it on again under Settings, Webhooks."
        )
        send_mail(subject, text % {"url": webhook.url}, None, [webhook.user.email], fail_silently=True)
