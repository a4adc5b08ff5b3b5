from __future__ import annotations

from smtplib import SMTPException

from anirec.lib.jobs import job
from social.notifications import emails


@job("social.tasks.send_letter", "import", autoretry_for=(SMTPException, OSError), retry_backoff=60, max_retries=5)
def send_letter(recipient_id: int, kind: str) -> None:
    """Email a member's pending notifications of a kind."""
    emails.send_letter(recipient_id, kind)
