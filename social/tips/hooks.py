from typing import Any

from django.db.models import OuterRef
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.events import Event, register_event
from accounts.models import User
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from accounts.settings.privacy import register_privacy_field
from catalog.titles.merging import register_join
from catalog.titles.names import name_for
from social.models.tips import Tip
from social.moderation.targets import Reportable, register_target
from social.notifications.kinds import Kind, register_kind
from social.signals import blocked
from social.tips import admin  # noqa: F401  (registers its model)
from social.tips.export import export_tips, restore_tips, undo_tips
from social.tips.queries import tips_visible_to
from social.tips.recommending import join_tips


def reportable_tip(viewer: User, pk: int) -> Tip:
    return get_object_or_404(tips_visible_to(viewer).select_related("author"), pk=pk)


register_join(Tip, join_tips)
register(Section("recommended", export_tips, restore_tips, undo_tips))
register_personal_data(
    "received_recommendations", tips_visible_to, "author__username", "title__name", "note", "created_at"
)
register_privacy_field("tips_from")
register_event(Event("title.recommended", _("Someone recommends a title to me")))
register_kind(
    Kind(
        "tip",
        _("Someone recommends a title to me"),
        _("%(about)s, recommended by %(who)s"),
        url=lambda notification: notification.tip.get_absolute_url(),
        thread=lambda notification: f"title:{notification.tip.title_id}",
        related=("tip__title",),
        about=lambda notification: name_for(notification.tip.title, notification.recipient),
        visible=lambda member: tips_visible_to(member).filter(pk=OuterRef("tip")),
    )
)
register_target(
    Reportable(
        "tip", _("Recommendations between members"), Tip, reportable_tip, related=("tip__author",), has_title=True
    )
)


@receiver(blocked, dispatch_uid="tips_blocked")
def remove_between(blocker_id: int, blocked_id: int, **_: Any) -> None:
    for one, other in ((blocker_id, blocked_id), (blocked_id, blocker_id)):
        Tip.objects.filter(author=one, recipient=other).delete()
