"""Deleting an account: hard, at once, with everything derived from it."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import User


def delete_account(user: User) -> None:
    """The member's row and all that hangs on it: lists, imports, recommendations, tokens, addresses. And every session.

    The next model is trained without them, because it is trained from what is there.
    """
    user_id = str(user.pk)
    with transaction.atomic():
        user.delete()
    _end_sessions(user_id)


def _end_sessions(user_id: str) -> None:
    """A session says only inside whose it is, so all are looked at: some 20 µs each."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in Session.objects.iterator(chunk_size=2_000):
        if session.get_decoded().get("_auth_user_id") == user_id:
            store(session.session_key).delete()  # from the cache, too
