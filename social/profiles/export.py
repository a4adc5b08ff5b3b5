"""The text of a member's profile in their export. The picture isn't part of it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from social.models.profiles import Profile
from social.profiles import writing


def export_profile(user: User) -> list[dict[str, Any]]:
    texts = Profile.objects.filter(member=user).exclude(bio="").values_list("bio", flat=True)
    return [{"bio": text} for text in texts]


def restore_profile(user: User, items: list[Any]) -> list[str]:
    """Restore the text if the member has none. Return it in a list, or an empty one."""
    text = next((item["bio"] for item in items if isinstance(item, dict) and isinstance(item.get("bio"), str)), "")
    if not text.strip() or export_profile(user):
        return []
    try:
        return [writing.change_bio(user, text).bio]
    except ValidationError:
        return []


def undo_profile(user: User, restored: list[str]) -> None:
    Profile.objects.filter(member=user, bio__in=restored).update(bio="")
