"""The versions of the parts of a member's open pages: they differ when a part made now would differ."""

from __future__ import annotations

from accounts.models import User
from accounts.page_parts import parts

State = dict[str, str]


def state_of(user_id: int, *names: str) -> State | None:
    """Of these parts, or of all; None when the account is gone, or no longer active."""
    member = User.objects.filter(pk=user_id, is_active=True).first()
    return {name: parts()[name](member) for name in names or parts()} if member else None
