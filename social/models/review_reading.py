"""Versions of the model that reads reviews, and what the live one reads in each review."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from social.models.reviews import Review


class ReviewArchive(models.Model):
    """Reviews with scores from elsewhere, to learn from: a Parquet file that `learning.archives` has checked."""

    name = models.CharField(max_length=100, unique=True)
    file = models.BinaryField()
    n_reviews = models.PositiveIntegerField()
    imported_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class ReviewReader(models.Model):
    """A trained reader of reviews, or an attempt at one. Written by `social.review_reading.learning.training`.

    The tables are in the database, so that every machine and every backup has them; processes copy the live one to
    a file and map it.
    """

    class Status(models.TextChoices):
        REFUSED = "refused"
        PUBLISHED = "published"

    status = models.CharField(max_length=10, choices=Status)
    is_active = models.BooleanField(default=False)
    parameters = models.JSONField(default=dict, help_text="Of the table that reads: see `model.Parameters`.")
    table = models.BinaryField(default=b"", help_text="Hashes, inverse frequencies and weights of the terms.")
    judged_parameters = models.JSONField(default=dict)
    judged_table = models.BinaryField(default=b"", help_text="The same, fitted without the held-out titles.")
    n_reviews = models.PositiveIntegerField()
    n_own = models.PositiveIntegerField(default=0, help_text="Reviews of this site's members among them.")
    metrics = models.JSONField(default=dict)
    message = models.TextField(help_text="Why it was published or refused.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_active"], condition=Q(is_active=True), name="one_active_reader")
        ]

    def __str__(self) -> str:
        return f"review reader {self.pk}, {self.status}"


class ReviewReading(models.Model):
    """What a reader reads in a review. Deleted with it, and when its text changes."""

    review = models.OneToOneField(Review, models.CASCADE, primary_key=True, related_name="reading")
    reader = models.ForeignKey(ReviewReader, models.CASCADE, related_name="readings")
    score = models.FloatField(null=True, help_text="Expected score, 1–10; none for a language the reader doesn't know.")
    error = models.FloatField(null=True, help_text="Nine of ten scores are at most this far away.")
    evidence = models.PositiveSmallIntegerField(
        null=True, help_text="The score, nearer to the author's mean the less is known: for titles they don't score."
    )
    mentions = models.JSONField(default=list, help_text="Aspects: [name, start, end, 1 praise | -1 criticism].")

    def __str__(self) -> str:
        return f"review {self.review_id}: {self.score}"
