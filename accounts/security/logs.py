"""A log line for each decision about a member's access. It names the member by ID only."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import Signal

logger = logging.getLogger("anirec.account")

EVENTS: dict[str, Signal] = {
    "logged in": auth.user_logged_in,
    "logged out": auth.user_logged_out,
    "signed up": account.user_signed_up,
    "password changed": account.password_changed,
    "password set": account.password_set,
    "password reset": account.password_reset,
    "e-mail address changed": account.email_changed,
    "second factor added": mfa.authenticator_added,
    "second factor removed": mfa.authenticator_removed,
    "recovery codes replaced": mfa.authenticator_reset,
}


def log_access(event: str, user_id: int | None) -> None:
    logger.info("Member %s: %s", user_id or "unknown", event)


def _log(event: str) -> Any:
    def receive(sender: Any, user: Any = None, **_kwargs: Any) -> None:
        log_access(event, user.pk if user else None)

    return receive


def connect_logs() -> None:
    for event, signal in EVENTS.items():
        signal.connect(_log(event), weak=False, dispatch_uid=f"log {event}")
    auth.user_login_failed.connect(_log("login failed"), weak=False, dispatch_uid="log login failed")
