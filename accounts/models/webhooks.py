from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User

URL_LENGTH = 500


class Webhook(models.Model):
    """A URL that receives signed events of a member. Written by `accounts.webhooks`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="webhooks")
    url = models.URLField(_("URL"), max_length=URL_LENGTH)
    events = ArrayField(models.CharField(max_length=30))
    secret = models.CharField(
        max_length=60, editable=False, help_text="Messages are signed with it: it is kept as it is."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    n_failed = models.PositiveSmallIntegerField(default=0, help_text="Messages given up since the last that arrived.")
    disabled_at = models.DateTimeField(null=True, blank=True, help_text="When too many had failed.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.url}"


class Delivery(models.Model):
    """A webhook delivery: queued, delivered or failed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Queued")
        DONE = "done", _("Delivered")
        FAILED = "failed", _("Failed")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40, unique=True)
    event = models.CharField(max_length=30)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    n_tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="What the receiver answered.")
    remark = models.CharField(max_length=200, blank=True, help_text="Why it did not arrive.")

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} ({self.state})"
