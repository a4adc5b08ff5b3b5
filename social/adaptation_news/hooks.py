from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title
from catalog.models.titles import media_of
from catalog.titles.names import name_for
from social.adaptation_news.announcing import KIND
from social.models import Notification
from social.notifications.kinds import Kind, register_kind


def details(notification: Notification) -> dict[str, Any]:
    assert notification.title is not None
    text = gettext("An anime of what you read was announced: %(title)s")
    return {"text": text % {"title": name_for(notification.title, notification.recipient)}}


def visible_titles(member: User) -> QuerySet[Title]:
    return Title.objects.visible_to(member).order_by().filter(pk=OuterRef("title"))


register_kind(
    Kind(
        KIND,
        _("Anime of what I read"),
        "%(text)s",
        url=lambda notification: notification.title.get_absolute_url(),
        related=("title",),
        visible=visible_titles,
        details=details,
        thread=lambda notification: f"title:{notification.title_id}",
        offered_to=lambda member: len(media_of(member)) > 1,
    )
)
