from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models.users import User
from catalog.models import Title
from catalog.partial_dates import PartialDateField


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

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(fields=["user", "title"], name="entry_once"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 10)), name="entry_score_1_to_10"
            ),
        ]
        indexes = [models.Index(fields=["user", "-updated_at"], name="entry_recent")]


class HiddenTitle(models.Model):
    """A title that a member never wants recommended."""

    user = models.ForeignKey(User, models.CASCADE, related_name="hidden")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "title"], name="hidden_once")]
