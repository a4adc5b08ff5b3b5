"""What covers look like, for titles with similar covers and for filters by colour."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.meaning import RealField
from catalog.models.titles import Title

N_LOOK = 128  # values, as many as `N_AXES` of catalog.looks.pictures.reducing


class CoverMood(models.TextChoices):
    WARM = "warm", _("Warm")
    COLD = "cold", _("Cold")
    DARK = "dark", _("Dark")
    PASTEL = "pastel", _("Pastel")
    COLOURFUL = "colourful", _("Colourful")
    BLACK_AND_WHITE = "black_and_white", _("Black and white")


class CoverLook(models.Model):
    """What a title's cover looks like. Features and colours are empty if its file can't be read."""

    title = models.OneToOneField(Title, models.CASCADE, primary_key=True, related_name="look")
    digest = models.CharField(max_length=32, help_text="The title’s `cover_digest` when its cover was read.")
    features = models.BinaryField(help_text="Half floats: of the network and of the colours.")
    colours = ArrayField(RealField(), help_text="Lightness (0–100), chroma, shares of warm and of cold colours (0–1).")
    vector = ArrayField(RealField(), null=True, help_text="The features, reduced in a `LookSpace`, of length 1.")

    def __str__(self) -> str:
        return f"look of title {self.title_id}"


class LookSpace(models.Model):
    """How features become vectors: by their mean and their principal axes, from so many of the site's covers.

    mean: (n_features,) and axes: (n_features, N_LOOK), as floats of four bytes.
    """

    n_covers = models.PositiveIntegerField()
    mean = models.BinaryField()
    axes = models.BinaryField()

    def __str__(self) -> str:
        return f"from {self.n_covers} covers"
