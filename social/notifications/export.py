"""Notification settings in a member's export."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from anirec.lib.text import is_text
from social.models import NotificationChoice
from social.notifications.channels import choose_channels
from social.notifications.kinds import kinds

Channel = NotificationChoice.Channel


def export_choices(user: User) -> list[dict[str, str]]:
    chosen = NotificationChoice.objects.filter(member=user).order_by("kind")
    return [{"kind": one.kind, "channel": one.channel} for one in chosen]


def restore_choices(user: User, items: list[Any]) -> list[dict[str, str]]:
    """Restore exported settings. Return the previous ones, for undo."""
    before = export_choices(user)
    choose_channels(user, {item["kind"]: item["channel"] for item in items if _is_choice(item)})
    return before


def undo_choices(user: User, before: list[dict[str, str]]) -> None:
    NotificationChoice.objects.filter(member=user).delete()
    restore_choices(user, before)


def _is_choice(item: Any) -> bool:
    if not isinstance(item, dict) or not is_text(kind := item.get("kind")):
        return False
    return kind in kinds() and item.get("channel") in Channel.values
