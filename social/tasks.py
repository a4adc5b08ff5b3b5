"""Doorways for the workers: fetch, call one function. All are safe to run twice."""

from __future__ import annotations

from smtplib import SMTPException

from celery import shared_task

from social import letters


@shared_task(autoretry_for=(SMTPException, OSError), retry_backoff=60, max_retries=5)
def send_letter(recipient_id: int, kind: str) -> None:
    """Tell by e-mail what a member wants to be told so."""
    letters.send_letter(recipient_id, kind)
