"""What search by meaning reads of titles: their words, and vectors of their synopses."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog.models.titles import Title

N_VALUES = 512


class RealField(models.FloatField):
    """A number of four bytes. pgvector casts arrays of them to vectors."""

    def db_type(self, connection: Any) -> str:
        return "real"


class TitleText(models.Model):
    """A title's words: names (weight A), tags (B) and synopsis (C); and the vector of its synopsis.

    A digest says of which text the words or the sentences were made.
    """

    title = models.OneToOneField(Title, models.CASCADE, primary_key=True, related_name="text")
    digest = models.CharField(max_length=32)
    words = SearchVectorField()
    synopsis_digest = models.CharField(max_length=32, blank=True, default="", help_text="Of the embedded synopsis.")
    vector = ArrayField(RealField(), null=True, help_text="Of the whole synopsis, of length 1.")

    class Meta:
        indexes = [GinIndex(fields=["words"], name="title_text_words")]

    def __str__(self) -> str:
        return f"text of title {self.title_id}"


class SynopsisSentence(models.Model):
    """A sentence of a title's synopsis, with its vector of length 1."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="sentences")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    vector = ArrayField(RealField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["title", "position"], name="title_sentence_once")]

    def __str__(self) -> str:
        return self.text
