"""Notification settings in a member's own file."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from social.models import NotificationChoice
from social.notifications.kinds import kinds
from social.notifications.notifying import choose_channels

Channel = NotificationChoice.Channel


def export_choices(user: User) -> list[dict[str, str]]:
    chosen = NotificationChoice.objects.filter(member=user).order_by("kind")
    return [{"kind": one.kind, "channel": one.channel} for one in chosen]


def restore_choices(user: User, items: list[Any]) -> list[dict[str, str]]:
    """Restore exported settings. Return the previous ones, for undo."""
    before = export_choices(user)
    chosen = {item.get("kind"): item.get("channel") for item in items if isinstance(item, dict)}
    choose_channels(user, {k: c for k, c in chosen.items() if k in kinds() and c in Channel.values})
    return before


def undo_choices(user: User, before: list[dict[str, str]]) -> None:
    NotificationChoice.objects.filter(member=user).delete()
    restore_choices(user, before)
