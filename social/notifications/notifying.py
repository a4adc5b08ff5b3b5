"""Create notifications and mark them as read."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from accounts.page_parts import part_changed
from anirec.lib.jobs import send_soon
from social.models import Notification
from social.notifications.channels import channels_of
from social.notifications.kinds import Channel, kinds
from social.notifications.queries import groups_of, notifications_visible_to
from social.notifications.tasks import push_notifications, send_letter

EMAIL_DELAY = 300  # seconds; notifications in between join the same email


def notify(recipient: User, kind: str, actor: User | None, about: Model, n: int = 1) -> None:
    """Notify a member of `about`: a follow, a comment or anything else that Notification has a column for.

    n: how many such things there are, of which `about` is one.

    Members aren't notified of their own actions, of kinds they turned off, of things they can't see, or of actions by
    muted members.
    """
    channels = channels_of(recipient)[kind]
    if actor == recipient or not channels:
        return
    with transaction.atomic():
        notification = Notification(recipient=recipient, kind=kind, actor=actor, n=n)
        notification.wants_letter = Channel.EMAIL in channels
        notification.push_at = timezone.now() if Channel.PUSH in channels else None
        setattr(notification, _column(about), about)
        notification.thread = kinds()[kind].thread(notification)
        notification.save()
        if not notifications_visible_to(recipient, [kind]).filter(pk=notification.pk).exists():
            Notification.objects.filter(pk=notification.pk).delete()
            return
        count_unread(recipient.pk)
        if notification.wants_letter:
            transaction.on_commit(partial(_send_email_soon, recipient.pk, kind), robust=True)
        if notification.push_at:
            transaction.on_commit(partial(send_soon, push_notifications), robust=True)


def mark_read(member: User) -> None:
    """Mark all notifications as read, including those no longer visible."""
    if Notification.objects.filter(recipient=member, is_read=False).update(is_read=True):
        count_unread(member.pk)


def forget_between(one_id: int, other_id: int) -> None:
    """Delete the notifications that two members have of each other."""
    for recipient, actor in ((one_id, other_id), (other_id, one_id)):
        Notification.objects.filter(recipient=recipient, actor=actor).delete()


@transaction.atomic
def count_unread(user_id: int) -> None:
    """Store the number of unread groups with the member, so that every page can show it without a query."""
    # Locked, because of two that count at once the later would not count what the earlier has not committed yet.
    member = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if member is None:
        return
    new = Notification.objects.filter(recipient=member, is_read=False)
    names = list(new.values_list("kind", flat=True).distinct())  # usually one, and so less to look for
    n = groups_of(member, names).filter(n_new__gt=0).order_by().count() if names else 0
    User.objects.filter(pk=user_id).update(unread_notifications=n)
    part_changed("notifications", lambda: [user_id])


def _column(about: Model) -> str:
    return next(
        field.name
        for field in Notification._meta.get_fields()
        if field.many_to_one and field.related_model is type(about) and field.name not in ("recipient", "actor")
    )


def _send_email_soon(recipient_id: int, kind: str) -> None:
    send_soon(send_letter, countdown=EMAIL_DELAY, recipient_id=recipient_id, kind=kind)
