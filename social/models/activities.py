"""Activities of members in feeds, with likes and comments."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ListEntry, User
from anirec.lib.web.addresses import address_of
from social.models.relations import Follow
from social.models.reviews import Review

LONGEST_COMMENT = 2_000


def exactly_one(*names: str) -> Q:
    """Return the condition that exactly one of these columns is set."""
    condition = Q()
    for name in names:
        condition |= Q(**{f"{other}__isnull": other != name for other in names})
    return condition


class Activity(models.Model):
    """A member's activities of one kind within an hour. Written only by `social.activities`.

    Recorded regardless of visibility, which is checked against the current items on every read.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("Added to list")
        COMPLETED = "completed", _("Completed")
        SCORED = "scored", _("Scored")
        IMPORTED = "imported", _("Imported")
        REVIEWED = "reviewed", _("Reviewed")
        FOLLOWED = "followed", _("Followed")

    actor = models.ForeignKey(User, models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["-at", "-id"], name="activity_recent"),
            models.Index(fields=["actor", "-at", "-id"], name="activity_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.kind}, {self.at}"

    def get_absolute_url(self) -> str:
        return address_of("social:activity", self.pk)

    @property
    def owner(self) -> User:
        return self.actor


class ActivityItem(models.Model):
    """An object that an activity is about; deleted together with the object."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="items")
    entry = models.ForeignKey(ListEntry, models.CASCADE, null=True, related_name="+")
    review = models.ForeignKey(Review, models.CASCADE, null=True, related_name="+")
    follow = models.ForeignKey(Follow, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "entry"], name="activity_entry_once"),
            models.CheckConstraint(condition=exactly_one("entry", "review", "follow"), name="activity_item_is_one"),
        ]

    def __str__(self) -> str:
        return f"activity {self.activity_id}, {self.pk}"


class Like(models.Model):
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="likes")
    member = models.ForeignKey(User, models.CASCADE, related_name="likes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "member"], name="like_once")]

    def __str__(self) -> str:
        return f"{self.member_id} likes activity {self.activity_id}"


class Comment(models.Model):
    """A comment on an activity or a review. Written by `social.comments.writing`."""

    author = models.ForeignKey(User, models.CASCADE, related_name="comments")
    activity = models.ForeignKey(Activity, models.CASCADE, null=True, blank=True, related_name="comments")
    review = models.ForeignKey(Review, models.CASCADE, null=True, blank=True, related_name="comments")
    text = models.TextField(max_length=LONGEST_COMMENT, help_text="Markdown.")
    is_removed = models.BooleanField(default=False, help_text="Taken down: only the author sees it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=exactly_one("activity", "review"), name="comment_on_one")]

    def __str__(self) -> str:
        return f"comment {self.pk} of {self.author_id}"

    def get_absolute_url(self) -> str:
        return f"{self.about.get_absolute_url()}#comment-{self.pk}"

    @property
    def about(self) -> Activity | Review:
        about = self.activity or self.review
        assert about is not None  # comment_on_one
        return about
