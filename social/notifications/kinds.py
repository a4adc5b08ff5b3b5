"""Registry of notification kinds, each with its sentence and link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from social.models import Notification, NotificationChoice

Channel = NotificationChoice.Channel


def no_thread(_notification: Notification) -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """A kind of notification. label: for the settings. sentence: with `%(who)s` and `%(about)s`, or `details`.

    url: link to the notification's cause. thread: notifications of one kind and thread are grouped by day. about: the
    name of what it is about; empty if it has none, which `sentence_without` is for. related, prefetched: single
    and multiple relations loaded with the notification. visible: the causes that the recipient can see, filtered by an
    OuterRef; None if nothing can hide them. current: of notifications of many members, those that are still news and
    visible. url_of_many: link of several together. digest: e-mails come once a day and list each notification; its
    value makes the subject from their number. offered_to: whose settings show it; None: everybody's.
    """

    name: str
    label: Any
    sentence: Any
    url: Callable[[Any], str]  # Any: a Notification with its column set
    thread: Callable[[Any], str] = no_thread
    related: tuple[str, ...] = ()
    visible: Callable[[User], QuerySet[Any]] | None = None
    details: Callable[[Notification], dict[str, Any]] | None = None
    about: Callable[[Any], str] | None = None
    sentence_without: Any = ""
    prefetched: tuple[str, ...] = ()
    default_channels: tuple[str, ...] = (Channel.SITE,)
    reaches_suspended: bool = False
    current: Callable[[QuerySet[Notification]], QuerySet[Notification]] | None = None
    url_of_many: Callable[[], str] | None = None
    digest: Callable[[int], str] | None = None
    offered_to: Callable[[User], bool] | None = None


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kinds() -> dict[str, Kind]:
    return _kinds


def kinds_offered_to(member: User) -> list[Kind]:
    """Return the kinds that a member can choose channels for."""
    return [kind for kind in _kinds.values() if kind.offered_to is None or kind.offered_to(member)]
