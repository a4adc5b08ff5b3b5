"""Corrections of titles that members suggest. Written only by `social.corrections`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title


class Correction(models.Model):
    """A suggestion of another value for one field of a title, and the decision about it.

    It outlives the account that suggested it. Values are text, as `social.corrections.fields` writes them.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        UNDONE = "undone", _("Undone")

    title = models.ForeignKey(Title, models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=20, help_text="One of `social.corrections.fields.FIELDS`.")
    value = models.TextField(help_text="The suggestion.")
    evidence = models.CharField(max_length=500, help_text="Where it says so.")
    reporter = models.ForeignKey(User, models.SET_NULL, null=True, related_name="corrections")
    created_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    previous = models.TextField(blank=True, help_text="The title's value before the correction was accepted.")
    previous_source = models.CharField(max_length=32, blank=True, help_text="The source of that value.")
    accepted = models.TextField(blank=True, help_text="The value that staff accepted.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was declined or undone.")
    settled_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "field", "reporter"], condition=Q(state="open"), name="correction_open_once"
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="open"), name="correction_open")]

    def __str__(self) -> str:
        return f"correction {self.pk}: {self.field} of title {self.title_id}"
