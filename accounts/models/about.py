from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User

YOUNGEST, OLDEST = 8, 89  # years: the ages that statistics cover


class AboutMember(models.Model):
    """A member's answers for group statistics. The row itself is the consent."""

    class Gender(models.TextChoices):
        UNKNOWN = "", _("Prefer not to say")
        WOMAN = "woman", _("Woman")
        MAN = "man", _("Man")
        NON_BINARY = "non-binary", _("Non-binary")
        OTHER = "other", _("Other")

    user = models.OneToOneField(User, models.CASCADE, related_name="about")
    agreed_at = models.DateTimeField(auto_now_add=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender, default=Gender.UNKNOWN, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, validators=[RegexValidator(r"^[A-Z]{2}$")])

    def __str__(self) -> str:
        return f"about member {self.user_id}"

    def clean(self) -> None:
        year = timezone.localdate().year
        first, last = year - OLDEST, year - YOUNGEST
        if self.birth_year is not None and not first <= self.birth_year <= last:
            message = gettext("Enter a year from %(first)d to %(last)d, or leave it empty.") % {
                "first": first,
                "last": last,
            }
            raise ValidationError({"birth_year": message})
