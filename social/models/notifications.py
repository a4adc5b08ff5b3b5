from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ListEntry, User
from catalog.models import Broadcast, Title
from social.models.activities import Comment, Like
from social.models.airing import Lead
from social.models.corrections import Correction
from social.models.moderation import Decision
from social.models.plans import PlanMember
from social.models.relations import Follow, FollowRequest
from social.models.reviews import HelpfulVote
from social.models.tips import Tip


class Notification(models.Model):
    """A notification. It references its cause, and is deleted with it.

    Written only by `social.notifications.notifying`, read through `social.notifications.queries`.
    """

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=12, help_text="One of `social.notifications.kinds`.")
    actor = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    is_read = models.BooleanField(default=False)
    wants_letter = models.BooleanField(default=False, help_text="An e-mail is to tell of it, and has not yet.")
    push_at = models.DateTimeField(null=True, help_text="When the member’s browsers show it; empty once they do.")
    n = models.PositiveIntegerField(default=1, db_default=1, help_text="How many things it tells of at once.")
    thread = models.CharField(
        max_length=40, blank=True, help_text="What is told together: the kind and this, of a day."
    )

    follow = models.ForeignKey(Follow, models.CASCADE, null=True, related_name="+")
    request = models.ForeignKey(FollowRequest, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    like = models.ForeignKey(Like, models.CASCADE, null=True, related_name="+")
    vote = models.ForeignKey(HelpfulVote, models.CASCADE, null=True, related_name="+")
    decision = models.ForeignKey(Decision, models.CASCADE, null=True, related_name="+")
    invitation = models.ForeignKey(PlanMember, models.CASCADE, null=True, related_name="+")

    tip = models.ForeignKey(Tip, models.CASCADE, null=True, related_name="+")
    correction = models.ForeignKey(Correction, models.CASCADE, null=True, related_name="+")
    entry = models.ForeignKey(ListEntry, models.CASCADE, null=True, related_name="+")
    broadcast = models.ForeignKey(Broadcast, models.CASCADE, null=True, related_name="+")
    title = models.ForeignKey(Title, models.CASCADE, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-at"], name="notification_recent"),
            models.Index(fields=["recipient"], condition=Q(is_read=False), name="notification_unread"),
            models.Index(fields=["push_at"], condition=Q(push_at__isnull=False), name="notification_to_push"),
            models.Index(fields=["kind"], condition=Q(wants_letter=True), name="notification_to_mail"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "broadcast"],
                condition=Q(broadcast__isnull=False),
                name="notification_of_broadcast_once",
            ),
            models.UniqueConstraint(
                fields=["recipient", "kind", "title"],
                condition=Q(title__isnull=False),
                name="notification_of_title_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"


class NotificationChoice(models.Model):
    """A member's channels for one kind of notification, if they aren't the default. None: it is off."""

    class Channel(models.TextChoices):
        SITE = "site", _("On the site")
        EMAIL = "email", _("E-mail")
        PUSH = "push", _("Push")

    member = models.ForeignKey(User, models.CASCADE, related_name="notification_choices")
    kind = models.CharField(max_length=12)
    channels = ArrayField(models.CharField(max_length=5, choices=Channel), blank=True, default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="notification_choice_once")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.kind} {self.channels}"


def hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in range(24)]


class NotificationSettings(models.Model):
    """When a member is notified, in their time zone. A member without a row has the defaults."""

    member = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="notification_settings")
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("Quiet until"), null=True, blank=True)
    digest_hour = models.PositiveSmallIntegerField(_("Time of the daily e-mail"), default=18, choices=hours)
    airing_lead = models.PositiveSmallIntegerField(_("Notify me of new episodes"), default=Lead.NONE, choices=Lead)
    airs_planned = models.BooleanField(default=False, help_text=_("Also for titles I plan to watch."))

    def __str__(self) -> str:
        return f"{self.member_id}"
