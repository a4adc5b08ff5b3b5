"""Reports by members, and moderation decisions."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import ListEntry, User
from social.models.activities import Comment, exactly_one
from social.models.custom_lists import CustomList
from social.models.profiles import Profile
from social.models.reviews import Review
from social.models.tips import Tip

TARGETS = (
    "review",
    "comment",
    "entry",
    "tip",
    "custom_list",
    "profile",
    "member",
)  # entries and tips are reported for their notes, members for their name or page
Target = Review | Comment | ListEntry | Tip | CustomList | Profile | User


class Report(models.Model):
    """A member's report of content or of another member. Written only by `social.moderation.deciding`."""

    class Reason(models.TextChoices):
        SPOILER = "spoiler", _("Unmarked spoilers")
        ABUSE = "abuse", _("Harassment or abuse")
        OFF_TOPIC = "off_topic", _("Off topic")
        SPAM = "spam", _("Spam or advertising")
        OTHER = "other", _("Other")

    review = models.ForeignKey(Review, models.CASCADE, null=True, related_name="reports")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="reports")
    entry = models.ForeignKey(ListEntry, models.CASCADE, null=True, related_name="reports")
    tip = models.ForeignKey(Tip, models.CASCADE, null=True, related_name="reports")
    custom_list = models.ForeignKey(CustomList, models.CASCADE, null=True, related_name="reports")
    profile = models.ForeignKey(Profile, models.CASCADE, null=True, related_name="reports")
    member = models.ForeignKey(User, models.CASCADE, null=True, related_name="reports")
    reporter = models.ForeignKey(User, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    remark = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    is_settled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            *(models.UniqueConstraint(fields=[name, "reporter"], name=f"report_{name}_once") for name in TARGETS),
            models.CheckConstraint(condition=exactly_one(*TARGETS), name="report_of_one"),
        ]
        indexes = [models.Index(fields=["-created_at"], condition=Q(is_settled=False), name="report_open")]

    def __str__(self) -> str:
        return f"report {self.pk}: {self.reason}"

    @property
    def target(self) -> Target:
        target: Target = getattr(self, self.kind)
        return target

    @property
    def target_id(self) -> int:
        return int(getattr(self, f"{self.kind}_id"))

    @property
    def kind(self) -> str:
        return next(name for name in TARGETS if getattr(self, f"{name}_id") is not None)

    @property
    def author(self) -> User:
        return author_of(self.target)


def author_of(target: Target) -> User:
    if isinstance(target, User):
        return target
    return target.user if isinstance(target, ListEntry) else target.author


class Decision(models.Model):
    """A staff decision, with its reason.

    Append-only: the database rejects changes and deletions, but lets references to deleted objects become null. To
    reverse a decision, create another.
    """

    class Act(models.TextChoices):
        LEAVE = "leave", _("No action")
        TAKE_DOWN = "take_down", _("Remove")
        PUT_BACK = "put_back", _("Restore")
        WARN = "warn", _("Warn member")
        SUSPEND = "suspend", _("Suspend member")
        REINSTATE = "reinstate", _("Lift suspension")

    staff = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    member = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", help_text="Whose thing it is.")
    review = models.ForeignKey(Review, models.SET_NULL, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.SET_NULL, null=True, related_name="+")
    entry = models.ForeignKey(ListEntry, models.SET_NULL, null=True, related_name="+")
    tip = models.ForeignKey(Tip, models.SET_NULL, null=True, related_name="+")
    custom_list = models.ForeignKey(CustomList, models.SET_NULL, null=True, related_name="+")
    profile = models.ForeignKey(Profile, models.SET_NULL, null=True, related_name="+")
    what = models.CharField(max_length=40, help_text="“review 12”: also when that is gone.")
    act = models.CharField(max_length=10, choices=Act)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.act}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Decisions can't be changed. Create a new one.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("social:moderation")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Decisions can't be deleted.")
