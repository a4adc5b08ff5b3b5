"""What other catalogues say about titles, and where titles went that were merged."""

from __future__ import annotations

from django.db import models

from catalog.models.titles import Title


class SourceRecord(models.Model):
    """One row of a source, as last imported. A title's values are chosen from its records."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="records")
    source = models.CharField(max_length=32)
    key = models.CharField(max_length=160, help_text="The row's own id, such as “mal:1”.")
    data = models.JSONField(help_text="Field → value, without those the source has never had.")
    dates = models.JSONField(default=dict, help_text="Field → date, for values that are older than the record.")
    digest = models.BinaryField(max_length=16, help_text="Of the row as it was last read.")
    as_of = models.DateTimeField(null=True, help_text="When the source said so; empty: unknown.")
    seen_at = models.DateTimeField(help_text="When the row was last read.")
    changed_at = models.DateTimeField(help_text="When a reading last changed it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="source_record_once")]

    def __str__(self) -> str:
        return f"{self.source}, {self.key}"


class ImportedFile(models.Model):
    """The last import of a file, by which an unchanged one is recognised without reading its rows."""

    source = models.CharField(max_length=32)
    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=80, help_text="Of the source's records after the import.")
    rows = models.PositiveIntegerField()
    rejected = models.JSONField(default=list, help_text="[row, reason] of each rejected row.")
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="imported_file_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.source})"


class TitleRedirect(models.Model):
    """The id of a title that was merged into another one. Its addresses lead to the other."""

    old_id = models.BigIntegerField(primary_key=True)
    title = models.ForeignKey(Title, models.CASCADE, related_name="redirects")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.old_id} → {self.title_id}"


class SourceScale(models.Model):
    """How a source's members or scores translate to those of the reference source, fitted on titles that both have.

    Members: log10(members) → intercept + slope · log10(members). Scores: score → intercept + slope · score.
    """

    class Field(models.TextChoices):
        MEMBERS = "members"
        SCORE = "score"

    source = models.CharField(max_length=32)
    field = models.CharField(max_length=8, choices=Field)
    reference = models.CharField(max_length=32)
    slope = models.FloatField(default=1)
    intercept = models.FloatField(default=0)
    n = models.PositiveIntegerField(help_text="Titles that it was fitted on.")
    total = models.PositiveIntegerField(default=0, help_text="Numbers that the source had when it was fitted.")
    error_before = models.FloatField(null=True, help_text="Median error on held-out titles without the mapping.")
    error_after = models.FloatField(null=True, help_text="Median error on held-out titles with it.")
    is_used = models.BooleanField(default=False, help_text="Enough titles, and better than no mapping.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "field"], name="source_scale_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.field}"
