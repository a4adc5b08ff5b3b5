"""Register and re-enable webhooks."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from accounts.events import events as known_events
from accounts.models import User, Webhook
from accounts.webhooks.sending import WebhookError, checked_url, new_secret

MOST = 10  # webhooks per member


def register_webhook(user: User, url: str, events: Collection[str]) -> Webhook:
    """Create a webhook. Show its `secret` only this once. Raises ValidationError, by field."""
    try:
        checked_url(url)
    except WebhookError as error:
        raise ValidationError({"url": str(error)}) from error
    ordered = [event for event in known_events() if event in events]
    webhook = Webhook(user=user, url=url, events=ordered, secret=new_secret())
    webhook.clean_fields()
    with transaction.atomic():
        user.lock()
        if Webhook.objects.filter(user=user).count() >= MOST:
            message = gettext("You can have up to %(n)d webhooks. Delete one first.") % {"n": MOST}
            raise ValidationError({"url": message})
        webhook.save()
    return webhook


def enable_webhook(webhook: Webhook) -> None:
    webhook.disabled_at, webhook.n_failed = None, 0
    webhook.save(update_fields=["disabled_at", "n_failed"])
