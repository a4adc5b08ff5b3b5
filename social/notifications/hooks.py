from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.page_parts import register_part
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from accounts.signals import sight_changed
from catalog.titles.merging import register_join
from social.models import Notification, NotificationSettings
from social.notifications.export import export_choices, restore_choices, undo_choices
from social.notifications.notifying import count_unread

register_part("notifications", lambda member: str(member.unread_notifications))
register(Section("notifications", export_choices, restore_choices, undo_choices))
register_personal_data(
    "received_notifications", lambda user: Notification.objects.filter(recipient=user), "kind", "at", "is_read"
)
register_personal_data(
    "notification_settings",
    lambda user: NotificationSettings.objects.filter(member=user),
    *("quiet_from", "quiet_to", "digest_hour", "airing_lead", "airs_planned"),
)
register_join(Notification)


@receiver(post_delete, sender=Notification, dispatch_uid="count_unread")
def recount_after_delete(instance: Notification, **_: Any) -> None:
    if not instance.is_read:
        transaction.on_commit(lambda: count_unread(instance.recipient_id), robust=True)


@receiver(sight_changed, dispatch_uid="count_unread_in_sight")
def recount_what_is_visible(user_id: int, **_: Any) -> None:
    count_unread(user_id)
