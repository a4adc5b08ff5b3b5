"""The test e-mail, and how it went."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from anirec.monitoring import records

NAME = "mail_check"
WAIT_SECONDS = 10


@dataclass(frozen=True)
class MailCheck:
    """error: why it failed, empty if it was sent."""

    at: datetime
    error: str


def is_file_mail() -> bool:
    """Return whether e-mails are written to files because no server is set."""
    return settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def last_check() -> MailCheck | None:
    """Return the last test of the mail server that is set now."""
    found = records.read(NAME)
    if found is None or found.get("server") != _server():
        return None
    return MailCheck(datetime.fromisoformat(found["at"]), found["error"])


def send_test(to: User) -> MailCheck:
    """Send the member a test e-mail, and note how it went."""
    error = ""
    try:
        connection = get_connection(timeout=WAIT_SECONDS)
        text = gettext("This is the test e-mail of %(site)s.") % {"site": settings.SITE_URL}
        send_mail(gettext("Test e-mail"), text, None, [to.email], connection=connection)
    except (OSError, smtplib.SMTPException) as problem:
        error = problem.strerror if isinstance(problem, OSError) and problem.strerror else type(problem).__name__
    check = MailCheck(timezone.now(), error)
    records.write(NAME, {"server": _server(), "at": check.at.isoformat(), "error": error})
    return check


def _server() -> str:
    return f"{settings.EMAIL_BACKEND} {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
