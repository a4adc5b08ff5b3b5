from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.entries import EntryValues
from accounts.models.users import User
from anirec.lib.text import is_text, require_text
from catalog.models.titles import Format
from catalog.search.keys import search_key

MAX_NAME, MAX_IDS, MAX_ID = 300, 12, 120


class OwnEntry(EntryValues):
    """A title that the catalogue lacks, on a member's list. Written only through `accounts.own_entries.writing`."""

    class Kind(models.TextChoices):
        ANIME = "anime", _("Anime")
        MANGA = "manga", _("Manga")
        LIGHT_NOVEL = "light_novel", _("Light novel")
        GAME = "game", _("Game")
        OTHER = "other", _("Other")

    user = models.ForeignKey(User, models.CASCADE, related_name="own_entries")
    name = models.CharField(max_length=MAX_NAME)
    key = models.CharField(max_length=MAX_NAME, editable=False, help_text="The name as it is compared.")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.ANIME)
    ids = models.JSONField(default=dict, blank=True, help_text="IDs on other sites: provider → ID.")
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2199)]
    )
    format = models.CharField(max_length=10, choices=Format, blank=True, default=Format.UNKNOWN)
    parts = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Number of episodes or chapters, if it is known."
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "own entries"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 10)), name="own_entry_score_1_to_10"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-updated_at"], name="own_entry_recent"),
            models.Index(fields=["user", "kind", "key"], name="own_entry_name"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name} ({self.kind}, {self.status})"

    @property
    def is_read(self) -> bool:
        return self.kind in (self.Kind.MANGA, self.Kind.LIGHT_NOVEL)

    @property
    def progress_label(self) -> str:
        """Return the progress for display: "Episode 3 of 12", "Chapter 10 · Volume 1"."""
        values = {"n": self.progress, "of": self.parts}
        if not self.is_read:
            return (gettext("Episode %(n)s of %(of)s") if self.parts else gettext("Episode %(n)s")) % values
        chapter = (gettext("Chapter %(n)s of %(of)s") if self.parts else gettext("Chapter %(n)s")) % values
        volume = gettext("Volume %(n)s") % {"n": self.volumes}
        return f"{chapter} · {volume}" if self.volumes else chapter

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        self.name = " ".join(self.name.split()) if isinstance(self.name, str) else ""
        self.key = search_key(self.name)
        require_text(self.name, "name")
        self.ids = clean_ids(self.ids)
        super().clean_fields(exclude)


def clean_ids(ids: Any) -> dict[str, str]:
    """Return IDs on other sites as texts, without empty ones. Raises ValidationError."""
    pairs = ids.items() if isinstance(ids, dict) else None
    clean = {name: str(value).strip() for name, value in pairs or () if value not in (None, "")}
    is_valid = pairs is not None and len(clean) <= MAX_IDS
    if not is_valid or not all(is_text(name) and is_text(value) for name, value in clean.items()):
        example = {"example": '{"mal": "1"}', "n": MAX_IDS}
        raise ValidationError({"ids": gettext("IDs map up to %(n)d sites to IDs, such as %(example)s.") % example})
    if long := next((name for name, value in clean.items() if max(len(name), len(value)) > MAX_ID), None):
        message = gettext("The ID of %(site)s is too long. IDs can be up to %(n)d characters.")
        raise ValidationError({"ids": message % {"site": long[:40], "n": MAX_ID}})
    return clean
