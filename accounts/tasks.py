"""Doorways for the workers: fetch, call one function. All are safe to run twice."""

from __future__ import annotations

from celery import shared_task

from accounts import webhooks
from accounts.imports import reading, writing
from accounts.models import KeptAnswer


@shared_task
def fetch_list(import_id: int) -> None:
    """Ask another site for a member's own list."""
    reading.fetch(import_id)


@shared_task
def write_import(import_id: int) -> None:
    """Write a list that was looked at and confirmed."""
    writing.write_import(import_id)


@shared_task
def deliver_webhook(delivery_id: int) -> None:
    """Tell a member's program what has happened."""
    webhooks.deliver(delivery_id)


@shared_task
def deliver_due_webhooks() -> None:
    """Every minute: what could not be delivered before, and what was forgotten."""
    for delivery_id in webhooks.due_deliveries():
        deliver_webhook.delay(delivery_id=delivery_id)


@shared_task
def forget_old_deliveries() -> None:
    webhooks.forget_old_deliveries()


@shared_task
def forget_old_answers() -> None:
    KeptAnswer.forget_old()
