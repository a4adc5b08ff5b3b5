from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import ListEntry, User
from accounts.signals import own_entries_found
from catalog.titles.names import name_for
from social.models import Notification
from social.notifications.kinds import Kind, register_kind
from social.notifications.notifying import notify


def found(notification: Notification) -> dict[str, Any]:
    assert notification.entry is not None
    text = ngettext(
        "%(title)s, which you added yourself, is in the catalogue now",
        "%(title)s and other titles you added yourself are in the catalogue now (%(n)d)",
        notification.n,
    )
    title = name_for(notification.entry.title, notification.recipient)
    return {"text": text % {"title": title, "n": notification.n}}


register_kind(
    Kind(
        "own_found",
        _("Titles I added are in the catalogue"),
        "%(text)s",
        url=lambda _notification: reverse("accounts:list"),
        thread=lambda notification: f"entry:{notification.entry_id}",
        related=("entry__title",),
        details=found,
        visible=lambda member: ListEntry.objects.own(member).filter(pk=OuterRef("entry")),
    )
)


@receiver(own_entries_found, dispatch_uid="notify_of_found_titles")
def notify_of_found(user_id: int, entries: Sequence[ListEntry], **_: Any) -> None:
    visible = list(ListEntry.objects.own(User.objects.get(pk=user_id)).filter(pk__in=[entry.pk for entry in entries]))
    if visible:
        notify(visible[0].user, "own_found", None, visible[0], n=len(visible))
