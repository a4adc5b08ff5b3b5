"""What members are told: one door for telling, and what their page and letters read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Model, Q, QuerySet
from django.db.models.functions import TruncDate
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.signals import sight_changed
from social.models import Decision, Notification, NotificationChoice
from social.signals import notified
from social.visibility import notifications_visible_to

Act, Kind, Channel = Decision.Act, Notification.Kind, NotificationChoice.Channel
DEFAULTS = {Kind.MODERATION.value: Channel.EMAIL}  # everything else is told on the site
SENTENCES: dict[str, Promise] = {
    Kind.FOLLOW: _("New follower: %(who)s"),
    Kind.REQUEST: _("Would like to follow you: %(who)s"),
    Kind.ACCEPTED: _("Your request to follow was accepted: %(who)s"),
    Kind.COMMENT: _("New comment: %(who)s"),
    Kind.LIKE: _("Likes what you did: %(who)s"),
    Kind.HELPFUL: _("Finds your review helpful: %(who)s"),
    Kind.INVITATION: _("Would like to watch something together with you: %(who)s"),
    Kind.TIP: _("Recommends a title to you: %(who)s"),
    Kind.MODERATION: _("%(act)s. Why: %(reason)s"),
}


DECIDED: dict[str, Promise] = {
    Act.TAKE_DOWN: _("Staff have taken down something of yours"),
    Act.PUT_BACK: _("Staff have put back something of yours"),
    Act.WARN: _("Staff warn you"),
    Act.SUSPEND: _("Staff have suspended your account"),
    Act.REINSTATE: _("Staff have let you in again"),
}


@dataclass(frozen=True)
class Told:
    """Notifications of one kind about one thing on one day: "ada and 3 others"."""

    last: Notification
    n: int  # different members
    is_new: bool

    @property
    def sentence(self) -> str:
        return sentence(self.last, self.n)


def notify(recipient: User, kind: str, actor: User | None, about: Model) -> None:
    """Tell a member that `about` (a follow, a comment …: what Notification has a column for) has come to be.

    Nobody is told what they did themselves, do not want to be told, or could not read: of blocked and muted members.
    """
    channel = channels_of(recipient)[kind]
    if actor == recipient or channel == Channel.OFF:
        return
    with transaction.atomic():
        made = Notification(recipient=recipient, kind=kind, actor=actor, wants_letter=channel == Channel.EMAIL)
        setattr(made, _column(about), about)
        made.thread = _thread(made)
        made.save()
        if not notifications_visible_to(recipient, [kind]).filter(pk=made.pk).exists():
            Notification.objects.filter(pk=made.pk).delete()
            return
        count_unread(recipient.pk)
        if made.wants_letter:
            transaction.on_commit(partial(_send_letter_soon, recipient.pk, kind), robust=True)


def channels_of(member: User) -> dict[str, str]:
    """Kind → channel."""
    chosen = dict(NotificationChoice.objects.filter(member=member).values_list("kind", "channel"))
    return {kind: chosen.get(kind) or DEFAULTS.get(kind, Channel.SITE) for kind in Kind.values}


def choose_channels(member: User, channels: Mapping[str, str]) -> None:
    NotificationChoice.objects.bulk_create(
        [NotificationChoice(member=member, kind=kind, channel=channel) for kind, channel in channels.items()],
        update_conflicts=True,
        unique_fields=["member", "kind"],
        update_fields=["channel"],
    )


def groups_of(member: User, kinds: Collection[str] = Kind.values) -> QuerySet[Any, Any]:
    """What is told together, the last first: rows for `read_groups`."""
    rows = notifications_visible_to(member, kinds).annotate(day=TruncDate("at")).values("kind", "thread", "day")
    return rows.annotate(
        last=Max("pk"), n=Count("actor", distinct=True), n_new=Count("pk", filter=Q(is_read=False))
    ).order_by("-last")


def read_groups(groups: list[dict[str, Any]]) -> list[Told]:
    related = (
        "actor",
        "decision",
        "comment__activity",
        "comment__review",
        "like__activity",
        "vote__review",
        "request",
        "invitation__plan",
        "tip",
    )
    last = Notification.objects.select_related(*related).in_bulk([group["last"] for group in groups])
    return [Told(last[g["last"]], max(g["n"], 1), g["n_new"] > 0) for g in groups if g["last"] in last]


def mark_read(member: User) -> None:
    """All, also those that can't be seen any more."""
    if Notification.objects.filter(recipient=member, is_read=False).update(is_read=True):
        count_unread(member.pk)


def forget_between(one_id: int, other_id: int) -> None:
    """Of two who are blocked from each other."""
    for recipient, actor in ((one_id, other_id), (other_id, one_id)):
        Notification.objects.filter(recipient=recipient, actor=actor).delete()


def count_unread(user_id: int) -> None:
    """Kept with the member, so that every page can say it without asking."""
    member = User.objects.filter(pk=user_id).first()
    if member is None:
        return
    new = Notification.objects.filter(recipient=member, is_read=False)
    kinds = list(new.values_list("kind", flat=True).distinct())  # most often one, and so less to look for
    n = groups_of(member, kinds).filter(n_new__gt=0).order_by().count() if kinds else 0
    User.objects.filter(pk=user_id).update(unread_notifications=n)
    transaction.on_commit(partial(notified.send_robust, sender=Notification, user_id=user_id))


def sentence(last: Notification, n: int) -> str:
    who = last.actor.username if last.actor else ""
    if n > 1:
        who = ngettext("%(who)s and %(n)d other", "%(who)s and %(n)d others", n - 1) % {"who": who, "n": n - 1}
    decided = last.decision
    told = {"act": DECIDED[decided.act], "reason": decided.reason} if decided else {"who": who}
    return str(SENTENCES[last.kind]) % told


@receiver(post_delete, sender=Notification, dispatch_uid="count_unread")
def _count_what_is_left(instance: Notification, **_: Any) -> None:
    if not instance.is_read:
        transaction.on_commit(partial(count_unread, instance.recipient_id), robust=True)


@receiver(sight_changed, dispatch_uid="count_unread_in_sight")
def _count_what_is_seen(user_id: int, **_: Any) -> None:
    count_unread(user_id)


def _column(about: Model) -> str:
    return next(
        field.name
        for field in Notification._meta.get_fields()
        if field.many_to_one and field.related_model is type(about) and field.name not in ("recipient", "actor")
    )


def _thread(made: Notification) -> str:
    """What is commented on, liked, found helpful; follows are all told together."""
    if made.comment:
        about = made.comment.about
        return f"{about._meta.model_name}:{about.pk}"
    if made.like:
        return f"activity:{made.like.activity_id}"
    if made.invitation:
        return f"plan:{made.invitation.plan_id}"
    if made.tip:
        return f"title:{made.tip.title_id}"
    if made.decision:
        return f"decision:{made.decision_id}"
    return f"review:{made.vote.review_id}" if made.vote else ""


def _send_letter_soon(recipient_id: int, kind: str) -> None:
    from social.tasks import send_letter

    send_letter.apply_async(kwargs={"recipient_id": recipient_id, "kind": kind}, countdown=LETTER_WAITS)


LETTER_WAITS = 300  # seconds: what comes meanwhile is in the same letter
