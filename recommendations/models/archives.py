from pathlib import Path

from django.conf import settings
from django.db import models


class RatingArchive(models.Model):
    """A community's ratings, imported for training. Its people are numbers, never accounts."""

    name = models.CharField(max_length=100, unique=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the stored rows.")
    n_ratings = models.PositiveIntegerField()
    n_members = models.PositiveIntegerField()
    n_titles = models.PositiveIntegerField()
    imported_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    @property
    def file(self) -> Path:
        """The stored rows: named by their content, so never changed."""
        return Path(settings.ARCHIVE_DIR) / f"{self.fingerprint}.parquet"
