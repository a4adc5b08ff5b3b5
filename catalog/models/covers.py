"""What is known of titles' covers. The digest of the files is in the title, so that cards need no other query."""

from __future__ import annotations

from django.db import models

from catalog.models.titles import Title


class Cover(models.Model):
    """The last attempts to fetch a title's cover. url: where the current one is from. n_bytes: of its files."""

    title = models.OneToOneField(Title, models.CASCADE, related_name="cover")
    url = models.CharField(max_length=500, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    n_bytes = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True, help_text="Why the last attempt failed.")
    checked_at = models.DateTimeField()
    check_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.title_id}: {self.reason or self.url}"
