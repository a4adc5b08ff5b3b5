from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import ListEntry, User
from accounts.personal_data import register_personal_data
from anirec.lib.numbers import whole
from anirec.lib.time_zones import local_time, zone_named
from catalog.airing.recording import BEHIND
from catalog.models import Broadcast, Title
from catalog.titles.merging import register_join
from catalog.titles.names import name_for
from social.airing_news.telling import KIND, wants_episodes
from social.models import AiringChoice, Notification
from social.notifications.kinds import Channel, Kind, register_kind


def details(notification: Notification) -> dict[str, Any]:
    """Return the episode and its time, in the recipient's language and time zone."""
    broadcast, member = notification.broadcast, notification.recipient
    assert broadcast is not None
    name = name_for(broadcast.title, member)
    when = local_time(broadcast.at, zone_named(member.time_zone))
    has_aired = broadcast.at <= timezone.now()
    if broadcast.number is None:
        text = gettext("%(title)s, new episode: aired %(when)s")
        text = text if has_aired else gettext("%(title)s, new episode: airs %(when)s")
        return {"text": text % {"title": name, "when": when}}
    text = gettext("%(title)s, episode %(number)s: aired %(when)s")
    text = text if has_aired else gettext("%(title)s, episode %(number)s: airs %(when)s")
    return {"text": text % {"title": name, "number": whole(broadcast.number), "when": when}}


def visible_broadcasts(member: User) -> QuerySet[Broadcast]:
    titles = Title.objects.visible_to(member).order_by()
    return Broadcast.objects.filter(pk=OuterRef("broadcast"), title__in=titles)


def current(notifications: QuerySet[Notification]) -> QuerySet[Notification]:
    """Return those of episodes of the last day that their members still want, can see and haven't watched."""
    number = OuterRef("broadcast__number")
    entries = ListEntry.objects.visible_to_owners().filter(wants_episodes(), user=OuterRef("recipient"))
    entries = entries.filter(title=OuterRef("broadcast__title"))
    unwatched = Exists(entries.filter(progress__lt=number)) | Q(Exists(entries), broadcast__number=None)
    return notifications.filter(unwatched, broadcast__at__gt=timezone.now() - BEHIND)


register_kind(
    Kind(
        KIND,
        _("New episodes of what I watch"),
        "%(text)s",
        url=lambda notification: notification.broadcast.title.get_absolute_url(),
        url_of_many=lambda: reverse("accounts:missed"),
        related=("broadcast__title",),
        visible=visible_broadcasts,
        details=details,
        default_channels=(Channel.SITE, Channel.PUSH),
        current=current,
        digest=lambda n: ngettext("%(n)s new episode", "%(n)s new episodes", n) % {"n": whole(n)},
    )
)
register_join(AiringChoice)
register_join(Broadcast)
register_personal_data("airing_choices", lambda user: AiringChoice.objects.filter(member=user), "title__name", "lead")
