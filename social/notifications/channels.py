"""Channels for a member's notifications: on the site, by email too, or off."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.models import User
from social.models import NotificationChoice
from social.notifications.kinds import kinds


def channels_of(member: User) -> dict[str, str]:
    """Return {kind: channel}."""
    chosen = dict(NotificationChoice.objects.filter(member=member).values_list("kind", "channel"))
    return {kind.name: chosen.get(kind.name) or kind.default_channel for kind in kinds().values()}


def choose_channels(member: User, channels: Mapping[str, str]) -> None:
    """Set the channel of each kind in `channels`; other kinds are unchanged."""
    NotificationChoice.objects.bulk_create(
        [NotificationChoice(member=member, kind=kind, channel=channel) for kind, channel in channels.items()],
        update_conflicts=True,
        unique_fields=["member", "kind"],
        update_fields=["channel"],
    )
