from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from anirec.lib.web.addresses import address_of
from catalog.models.titles import Format


class Mood(models.Model):
    """A selection of titles by weighted tags and conditions, ranked for each member."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(unique=True)
    description = models.CharField(_("description"), max_length=160)
    weights = models.JSONField(
        _("weights"),
        help_text=_(
            'Tag slugs with weights: {"iyashikei": 1, "school": 0.5}. A title matches if they add up to 1 or more.'
        ),
    )
    without = ArrayField(
        models.SlugField(max_length=100),
        verbose_name=_("excluded tags"),
        default=list,
        blank=True,
        help_text=_("Tag slugs, separated by commas."),
    )
    formats = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("formats"),
        default=list,
        blank=True,
        help_text=_("Separated by commas. Leave empty for all formats."),
    )
    year_min = models.PositiveSmallIntegerField(_("from year"), null=True, blank=True)
    year_max = models.PositiveSmallIntegerField(_("to year"), null=True, blank=True)
    length_min = models.PositiveIntegerField(_("minimum total minutes"), null=True, blank=True)
    length_max = models.PositiveIntegerField(_("maximum total minutes"), null=True, blank=True)
    score_min = models.FloatField(_("minimum MAL score"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("recommendations:mood", self.slug)

    def clean(self) -> None:
        weights = self.weights
        if not isinstance(weights, dict) or not all(_is_number(weight) for weight in weights.values()):
            raise ValidationError({"weights": _("Enter a weight for each tag slug.")})
        if unknown := sorted(set(self.formats) - set(Format.values)):
            known = ", ".join(filter(None, Format.values))
            raise ValidationError(
                {
                    "formats": _("Unknown format: %(unknown)s. Use one of: %(known)s.")
                    % {"unknown": ", ".join(unknown), "known": known}
                }
            )
        if sum(weight for weight in weights.values() if weight > 0) < 1:
            raise ValidationError({"weights": _("No title can match: positive weights must add up to at least 1.")})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
