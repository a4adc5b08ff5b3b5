from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.viewers import Viewer


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, viewer: Viewer) -> TagQuerySet:
        """Return tags that `viewer` may see. Adult tags need the member's opt-in, and no age limit."""
        if viewer is not None and viewer.is_authenticated and viewer.shows_adult and not viewer.age_limit:
            return self
        return self.filter(is_adult=False)


class Tag(models.Model):
    """A genre, theme, demographic or free tag. One row per word, whatever kind its sources say."""

    class Kind(models.TextChoices):
        GENRE = "genre", _("Genre")
        THEME = "theme", _("Theme")
        DEMOGRAPHIC = "demographic", _("Demographic")
        TAG = "tag", _("Tag")

    kind = models.CharField(max_length=12, choices=Kind, db_index=True)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    is_adult = models.BooleanField(default=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
