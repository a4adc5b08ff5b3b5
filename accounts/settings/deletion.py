"""Delete an account permanently and at once, with everything derived from it."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from accounts.security.access import end_sessions


def delete_account(user: User) -> None:
    """Delete a member with everything they own: lists, imports, recommendations, tokens, addresses and sessions.

    The next model is trained without them, because training reads the current data.
    """
    with transaction.atomic():
        end_sessions(user)
        user.delete()
