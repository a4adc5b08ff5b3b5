"""Delete an account permanently and at once, with everything derived from it."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import User


def delete_account(user: User) -> None:
    """Delete a member with everything they own: lists, imports, recommendations, tokens, addresses and sessions.

    The next model is trained without them, because training reads the current data.
    """
    user_id = str(user.pk)
    with transaction.atomic():
        user.delete()
    _end_sessions(user_id)


def _end_sessions(user_id: str) -> None:
    """End a member's sessions. Only a session's data names its user, so all are decoded: about 20 µs each."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in Session.objects.iterator(chunk_size=2_000):
        if session.get_decoded().get("_auth_user_id") == user_id:
            store(session.session_key).delete()  # through the engine, which may cache it
