from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from anirec.lib.text import validate_text

NAME_LENGTH = 60


class AccessToken(models.Model):
    """An API access token. Created by `accounts.tokens.issuing`; the key itself is not stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[validate_text])
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the key.")
    scopes = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class StoredResponse(models.Model):
    """The response to a write with an Idempotency-Key, replayed when the request is repeated."""

    LASTS = timedelta(hours=24)

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    caller = models.CharField(max_length=30, help_text="The token that asked, or the session.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request.")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "accounts_keptanswer"  # its original name
        constraints = [models.UniqueConstraint(fields=["user", "caller", "key"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.caller}: {self.status}"

    @classmethod
    def forget_old(cls) -> int:
        return cls.objects.filter(created_at__lte=timezone.now() - cls.LASTS).delete()[0]
