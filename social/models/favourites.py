"""Members' favourite titles. Written by `social.favourites.choosing`, read via `social.favourites.queries`."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import User
from catalog.models import Title


class Favourite(models.Model):
    member = models.ForeignKey(User, models.CASCADE, related_name="favourites")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(help_text="Ascending; gaps are fine.")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "title"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.title_id} of {self.member_id}"
