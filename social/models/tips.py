"""A recommendation between members. Written by `social.tips.recommending`, read via `social.visibility`."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from accounts.models import User
from catalog.models import Title

LONGEST_NOTE = 500


class Tip(models.Model):
    author = models.ForeignKey(User, models.CASCADE, related_name="tips_given")
    recipient = models.ForeignKey(User, models.CASCADE, related_name="tips")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    note = models.TextField(max_length=LONGEST_NOTE, blank=True, help_text="Markdown.")
    is_declined = models.BooleanField(default=False, help_text="The recipient does not want it; nobody else is told.")
    is_removed = models.BooleanField(default=False, help_text="Taken down: the recipient does not see it any more.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "recipient", "title"], name="tip_once"),
            models.CheckConstraint(condition=~models.Q(author=models.F("recipient")), name="tip_not_oneself"),
        ]
        indexes = [models.Index(fields=["recipient", "-id"], name="tip_recent")]

    def __str__(self) -> str:
        return f"{self.author_id} recommends {self.title_id} to {self.recipient_id}"

    def get_absolute_url(self) -> str:
        return f"{reverse('social:recommended')}#tip-{self.pk}"
