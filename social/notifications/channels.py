"""Channels for a member's notifications: on the site, and by e-mail or push too. No channel: the kind is off."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from social.models import Notification, NotificationChoice, NotificationSettings
from social.notifications.kinds import Channel, kinds

OFF = "off"


class SingleChannel(models.TextChoices):
    """The channels of a kind as one word, as before there was push."""

    SITE = Channel.SITE.value, Channel.SITE.label
    EMAIL = Channel.EMAIL.value, Channel.EMAIL.label
    OFF = OFF, _("Off")


def channels_of(member: User) -> dict[str, list[str]]:
    """Return {kind: channels}, in the order of `Channel`."""
    chosen = dict(NotificationChoice.objects.filter(member=member).values_list("kind", "channels"))
    return {kind.name: _ordered(chosen.get(kind.name, kind.default_channels)) for kind in kinds().values()}


def choose_channels(member: User, channels: Mapping[str, Collection[str]]) -> None:
    """Set the channels of each kind in `channels`; other kinds are unchanged. E-mail and push include the site."""
    choices = [
        NotificationChoice(member=member, kind=kind, channels=_ordered({*chosen, Channel.SITE} if chosen else ()))
        for kind, chosen in channels.items()
    ]
    with transaction.atomic():
        NotificationChoice.objects.bulk_create(
            choices, update_conflicts=True, unique_fields=["member", "kind"], update_fields=["channels"]
        )
        without_push = [choice.kind for choice in choices if Channel.PUSH not in choice.channels]
        waiting = Notification.objects.filter(recipient=member, kind__in=without_push, push_at__isnull=False)
        waiting.update(push_at=None)


def single_channel(channels: Collection[str]) -> str:
    """Return the channels as one word, as before there was push: "site", "email" or "off"."""
    if not channels:
        return OFF
    return Channel.EMAIL.value if Channel.EMAIL in channels else Channel.SITE.value


def channels_from(word: str, before: Collection[str] = ()) -> list[str]:
    """Return the channels that such a word means; push stays as it was `before`.

    >>> channels_from("email", ["site", "push"]), channels_from("off", ["site", "push"])
    (['site', 'email', 'push'], [])
    """
    if word == OFF:
        return []
    return _ordered({Channel.SITE.value, word, *({Channel.PUSH.value} & set(before))})


def settings_of(member: User) -> NotificationSettings:
    """Return the member's settings, not saved if they have the defaults."""
    stored = NotificationSettings.objects.filter(member=member).first()
    return stored or NotificationSettings(member=member)


def _ordered(channels: Collection[str]) -> list[str]:
    return [channel for channel in Channel.values if channel in channels]
