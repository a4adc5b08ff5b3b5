from __future__ import annotations

from celery.schedules import crontab

from accounts.webhooks import delivering
from anirec.lib.jobs import Run, job


@job("accounts.tasks.deliver_webhook", "deliveries")
def deliver_webhook(delivery_id: int) -> None:
    delivering.deliver(delivery_id)


@job("accounts.tasks.deliver_due_webhooks", "deliveries", Run(60, expires=60))
def deliver_due_webhooks() -> None:
    """Deliver due messages: retries, and those whose task was never queued."""
    for delivery_id in delivering.due_deliveries():
        deliver_webhook.delay(delivery_id=delivery_id)


@job("accounts.tasks.forget_old_deliveries", "import", Run(crontab(hour=1, minute=5)))
def forget_old_deliveries() -> None:
    delivering.forget_old_deliveries()
