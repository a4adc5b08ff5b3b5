from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ModelVersion(models.Model):
    """A run of the training pipeline and its result."""

    class Kind(models.TextChoices):
        STARTER = "starter", _("Starter (shipped with anirec)")
        SITE = "site", _("Trained on this site's data")

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        REFUSED = "refused", _("Failed quality checks")
        FAILED = "failed", _("Failed")
        PUBLISHING = "publishing", _("Publishing")
        PUBLISHED = "published", _("Published")

    kind = models.CharField(max_length=8, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    is_active = models.BooleanField(default=False)
    data_fingerprint = models.CharField(max_length=64, blank=True)
    seed = models.PositiveIntegerField(default=0)
    parameters = models.JSONField(default=dict)
    metrics = models.JSONField(default=dict)
    seconds = models.FloatField(null=True)
    peak_mb = models.FloatField(null=True, help_text="Peak resident memory of the process that trained it.")
    message = models.TextField(blank=True, help_text="Why it was refused or failed.")
    reason = models.TextField(blank=True, help_text="What called for it early; empty: the schedule, or a person.")
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_active"], condition=Q(is_active=True), name="one_active_model")
        ]

    def __str__(self) -> str:
        return gettext("%(kind)s · version %(n)s") % {"kind": self.get_kind_display(), "n": self.pk}

    @classmethod
    def active(cls) -> ModelVersion | None:
        """Return the live version. Its large fields are read when they are used."""
        return cls.objects.filter(is_active=True).defer("metrics", "parameters", "message").first()
