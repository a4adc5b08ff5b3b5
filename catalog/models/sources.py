"""What is known of the services that titles come from, and the answers they gave."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class SourceState(models.Model):
    """A source's health. It is kept in the database, because it must outlive a restart of the cache.

    per_minute: the budget learnt from the service at `adjusted_at`; None: that of its documentation.
    open_until: no request is sent before; the first one after it is a probe.
    """

    source = models.CharField(max_length=24, primary_key=True)
    asked_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    per_minute = models.FloatField(null=True)
    adjusted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.source

    def is_open(self, now: datetime) -> bool:
        """Return whether the source may not be asked at `now`."""
        return self.open_until is not None and now < self.open_until


class SourceDay(models.Model):
    """How often a source was asked on a day (UTC)."""

    source = models.CharField(max_length=24)
    day = models.DateField()
    requests = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="source_day_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.day}"


class StoredAnswer(models.Model):
    """A source's last answer to one question, whose body is a file in ANSWERS_DIR while it is kept.

    fetched_at: when the source last gave or confirmed it. as_of: the date of its data, if older. imported_at: empty
    until its titles are in the catalogue. next_url: of the next page.
    """

    source = models.CharField(max_length=24)
    key = models.CharField(max_length=120)
    url = models.CharField(max_length=2000)
    status = models.PositiveSmallIntegerField()
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    file = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    fetched_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    as_of = models.DateTimeField()
    imported_at = models.DateTimeField(null=True)
    next_url = models.CharField(max_length=2000, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="stored_answer_once")]
        indexes = [models.Index(fields=["fetched_at"], name="stored_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"
