"""Export a member's answers for statistics. Not imported: consent is given on the site."""

from __future__ import annotations

from typing import Any

from accounts.models import AboutMember, User


def export_about(user: User) -> list[dict[str, Any]]:
    fields = ("birth_year", "gender", "country")
    return list(AboutMember.objects.filter(user=user).values(*fields))


def restore_nothing(user: User, items: list[Any]) -> None:
    return None


def undo_nothing(user: User, data: Any) -> None:
    return None
