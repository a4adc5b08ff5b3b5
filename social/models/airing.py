from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title


class Lead(models.IntegerChoices):
    """How long before an episode airs a member is notified, in minutes."""

    NONE = 0, _("When it airs")
    QUARTER = 15, _("15 minutes before")
    HOUR = 60, _("1 hour before")
    DAY = 1440, _("1 day before")


class AiringChoice(models.Model):
    """A member's choice for the episodes of one title, if it isn't that for all titles."""

    member = models.ForeignKey(User, models.CASCADE, related_name="airing_choices")
    title = models.ForeignKey(Title, models.CASCADE, related_name="airing_choices")
    lead = models.PositiveSmallIntegerField(null=True, choices=Lead, help_text="None: no notifications.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "title"], name="airing_choice_once")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.title_id} {self.lead}"
