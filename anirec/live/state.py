"""Versions of a member's page parts. A version changes whenever the rendered part would."""

from __future__ import annotations

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from accounts.models import User
from accounts.page_parts import parts

State = dict[str, str]


def state_of(user_id: int, *names: str) -> State | None:
    """Return the versions of these parts, by default of all; None if the account is deleted or inactive."""
    member = User.objects.filter(pk=user_id, is_active=True).first()
    return versions_for(member, *names) if member else None


def versions_for(member: User, *names: str) -> State:
    """Return the versions of these parts, by default of all."""
    return {name: parts()[name](member) for name in names or parts()}


def member_of_session(key: str | None) -> User | None:
    """Return the member who is logged in with this session, or None."""
    if not key:
        return None
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) else None
