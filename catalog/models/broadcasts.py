from __future__ import annotations

from django.db import models
from django.db.models import Q

from catalog.models.titles import Title


class Broadcast(models.Model):
    """An episode that airs soon or has aired lately, at the time last known. Written by `catalog.airing.recording`.

    A source names only the next episode: once it has moved on, this row alone remembers the one before.
    """

    title = models.ForeignKey(Title, models.CASCADE, related_name="broadcasts")
    number = models.PositiveSmallIntegerField(null=True, help_text="Of the episode, if known.")
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["title", "number"], condition=Q(number__isnull=False), name="episode_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title_id}, episode {self.number}"
