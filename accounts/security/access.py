"""End a member's access: their sessions, their pages' sockets, their tokens and webhooks."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import AccessToken, User
from accounts.signals import access_ended


def end_sessions(user: User, *, but: str | None = None) -> None:
    """Log the member out everywhere, except in the session with the key `but`."""
    with transaction.atomic():
        sessions = UserSession.objects.filter(user=user).exclude(session_key=but or "")
        Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
        sessions.delete()


def revoke_tokens(user: User) -> None:
    AccessToken.objects.filter(user=user).delete()


def end_access(user: User) -> None:
    """Log the member out everywhere and revoke their tokens. Sends `access_ended`."""
    with transaction.atomic():
        end_sessions(user)
        revoke_tokens(user)
        access_ended.send(User, user=user)
