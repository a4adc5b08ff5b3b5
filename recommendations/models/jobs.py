from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from recommendations.models.versions import ModelVersion


class JobRun(models.Model):
    """A finished run of a task. Failed runs keep their arguments for a restart."""

    class State(models.TextChoices):
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        AGAIN = "again", _("Failed, restarted")

    task = models.CharField(max_length=100)
    state = models.CharField(max_length=6, choices=State)
    started_at = models.DateTimeField()
    seconds = models.FloatField()
    worker = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)
    arguments = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["task", "-started_at"], name="job_by_task"),
            models.Index(fields=["-started_at"], name="job_by_time"),
            models.Index(fields=["-started_at"], condition=models.Q(state="failed"), name="job_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.state}"


class ModelActivation(models.Model):
    """When a version went live, and who activated it; null for the pipeline and the command line."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="activations")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"version {self.version_id} from {self.at:%Y-%m-%d %H:%M}"
