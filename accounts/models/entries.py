from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models.users import User
from catalog.models import Title
from catalog.partial_dates import PartialDateField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class EntryStatus(models.TextChoices):
    PLANNED = "planned", "Plan to watch"
    WATCHING = "watching", "Watching"
    COMPLETED = "completed", "Completed"
    ON_HOLD = "on_hold", "On hold"
    DROPPED = "dropped", "Dropped"


class Visibility(models.TextChoices):
    PUBLIC = "public", "Everybody"
    FOLLOWERS = "followers", "My followers"
    PRIVATE = "private", "Only me"


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    def visible_to(self, viewer: User | AnonymousUser | None, *, also: Q | None = None) -> ListEntryQuerySet:
        """The entries that `viewer` may read: public ones and their own, never a title they may not see.

        `also` widens it by what a higher app knows: `social.visibility` adds the entries shown to followers.
        """
        allowed = Q(visibility=Visibility.PUBLIC)
        if viewer is not None and viewer.is_authenticated:
            allowed |= Q(user=viewer)
        if also is not None:
            allowed |= also
        return self.filter(allowed, title__in=Title.objects.visible_to(viewer).order_by())


class ListEntry(models.Model):
    """A title on a member's list. Written only through `accounts.lists`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="entries")
    title = models.ForeignKey(Title, models.PROTECT, related_name="entries")
    status = models.CharField(max_length=10, choices=EntryStatus, default=EntryStatus.PLANNED)
    score = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    progress = models.PositiveSmallIntegerField(default=0, help_text="Episodes watched.")
    started_on = PartialDateField()
    finished_on = PartialDateField()
    rewatches = models.PositiveSmallIntegerField(default=0)
    notes = models.TextField(blank=True, max_length=5000)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ListEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(fields=["user", "title"], name="entry_once"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 10)), name="entry_score_1_to_10"
            ),
        ]
        indexes = [models.Index(fields=["user", "-updated_at"], name="entry_recent")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.title_id} ({self.status})"

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        super().clean_fields(exclude)
        if len(self.notes) > 5000:  # a TextField's max_length binds forms only
            raise ValidationError({"notes": "Notes have at most 5000 characters."})

    def clean(self) -> None:
        started, finished = str(self.started_on or ""), str(self.finished_on or "")
        known = min(len(started), len(finished))  # a day and a year are compared as years
        if started[:known] > finished[:known]:
            raise ValidationError({"finished_on": f"Finished ({finished}) before it was started ({started})."})


class HiddenTitle(models.Model):
    """A title that a member never wants recommended."""

    user = models.ForeignKey(User, models.CASCADE, related_name="hidden")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "title"], name="hidden_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.title_id}"
