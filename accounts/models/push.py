from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.users import User

ENDPOINT_LENGTH = 1_000


class PushKey(models.Model):
    """The key pair by which push services know this site. Made once: browsers' subscriptions belong to it."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    private_key = models.TextField(editable=False, help_text="PEM. Its public key is in every subscription.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="push_key_once")]

    def __str__(self) -> str:
        return "VAPID key"


class PushSubscription(models.Model):
    """A browser that shows a member's notifications. Written by `accounts.push`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=ENDPOINT_LENGTH, unique=True, help_text="A secret URL of the push service.")
    p256dh = models.CharField(max_length=100, help_text="The browser’s public key, Base64url.")
    auth = models.CharField(max_length=30, help_text="A secret of the browser’s, Base64url.")
    name = models.CharField(max_length=80, help_text="Browser and system, such as “Firefox on Android”.")
    session_key = models.CharField(max_length=40, blank=True, default="", editable=False, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_success_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name}"


class PushMessage(models.Model):
    """A message on its way to a browser. Deleted once it's sent, given up or out of date."""

    subscription = models.ForeignKey(PushSubscription, models.CASCADE, related_name="messages")
    body = models.TextField(help_text="JSON, as the service worker reads it.")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text="When it’s no news any more.")
    next_try_at = models.DateTimeField(default=timezone.now, db_index=True)
    n_tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"to {self.subscription_id}"
