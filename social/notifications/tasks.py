from __future__ import annotations

from smtplib import SMTPException

from celery.schedules import crontab

from anirec.lib.jobs import Run, job
from social.notifications import emails, pushing


@job("social.tasks.send_letter", "import", autoretry_for=(SMTPException, OSError), retry_backoff=60, max_retries=5)
def send_letter(recipient_id: int, kind: str) -> None:
    """Email a member's pending notifications of a kind."""
    emails.send_letter(recipient_id, kind)


@job("social.tasks.send_digests", "import", Run(crontab(minute="*/15"), expires=900))
def send_digests() -> None:
    """Email the daily digests whose hour has come."""
    for recipient_id, kind in emails.due_digests():
        send_letter.delay(recipient_id=recipient_id, kind=kind)


@job("social.tasks.push_notifications", "deliveries", Run(60, expires=60))
def push_notifications() -> None:
    """Send due notifications to browsers: new ones, and those whose quiet hours have ended."""
    pushing.push_due()
