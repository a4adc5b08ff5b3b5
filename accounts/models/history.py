from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.entries import EntryStatus
from accounts.models.users import User
from catalog.models import Title


class EntryChange(models.Model):
    """A member's own change of an entry. Written only by `accounts.entries.history`; imports aren't recorded."""

    user = models.ForeignKey(User, models.CASCADE, related_name="entry_changes")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    status_before = models.CharField(max_length=10, choices=EntryStatus, blank=True, help_text="Empty: not listed.")
    status = models.CharField(max_length=10, choices=EntryStatus, blank=True, help_text="Empty: removed.")
    progress_before = models.PositiveSmallIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)
    score_before = models.PositiveSmallIntegerField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    watched = models.SmallIntegerField(default=0, help_text="Episodes watched at that time; negative: a correction.")
    others = ArrayField(models.CharField(max_length=20), default=list, help_text="Names of other changed fields.")

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="entry_change_recent"),
            models.Index(fields=["user", "title", "-at"], name="entry_change_of_title"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.title_id} at {self.at}"
