from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ListEntry, User
from social.models.activities import Comment, Like
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

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-at"], name="notification_recent"),
            models.Index(fields=["recipient"], condition=Q(is_read=False), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"


class NotificationChoice(models.Model):
    """A member's channel for one kind of notification, if it isn't the default."""

    class Channel(models.TextChoices):
        SITE = "site", _("On the site")
        EMAIL = "email", _("On the site and by e-mail")
        OFF = "off", _("Off")

    member = models.ForeignKey(User, models.CASCADE, related_name="notification_choices")
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=5, choices=Channel)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="notification_choice_once")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.kind} {self.channel}"
