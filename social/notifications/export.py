"""Notification settings in a member's export."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from anirec.lib.text import is_text
from social.models import NotificationChoice
from social.notifications.channels import SingleChannel, channels_from, choose_channels
from social.notifications.kinds import Channel, kinds


def export_choices(user: User) -> list[dict[str, Any]]:
    chosen = NotificationChoice.objects.filter(member=user).order_by("kind")
    return [{"kind": one.kind, "channels": one.channels} for one in chosen]


def restore_choices(user: User, items: list[Any]) -> list[dict[str, Any]]:
    """Restore exported settings. Return the previous ones, for undo."""
    before = export_choices(user)
    choose_channels(user, {item["kind"]: channels for item in items if (channels := _channels(item)) is not None})
    return before


def undo_choices(user: User, before: list[dict[str, Any]]) -> None:
    NotificationChoice.objects.filter(member=user).delete()
    restore_choices(user, before)


def _channels(item: Any) -> list[str] | None:
    """Return the channels of an exported choice, or None if it isn't one."""
    if not isinstance(item, dict) or not is_text(kind := item.get("kind")) or kind not in kinds():
        return None
    if item.get("channel") in SingleChannel.values:  # of exports from before there was push
        return channels_from(item["channel"])
    channels = item.get("channels")
    if not isinstance(channels, list) or not all(is_text(one) and one in Channel.values for one in channels):
        return None
    return channels
