from django.db import models

from accounts.models import User
from catalog.models import Title
from recommendations.models.tables import RealField
from recommendations.models.versions import ModelVersion


class PredictionOutcome(models.Model):
    """A version's prediction before a member scored a title, and the score they gave."""

    user = models.ForeignKey(User, models.CASCADE)
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="outcomes")
    predicted = RealField()
    published = RealField(
        null=True, help_text="What stood in the member's published row before; empty: it was not in it."
    )
    score = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user", "title"], name="one_outcome_a_title")]
        indexes = [models.Index(fields=["at"], name="outcome_by_time")]

    def __str__(self) -> str:
        return f"member {self.user_id}, title {self.title_id}: {self.predicted:.1f} predicted, {self.score} given"


class DriftReport(models.Model):
    """Drift of recent list entries from those before a version, and the accuracy of its predicted scores."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="drift_reports")
    day = models.DateField()
    at = models.DateTimeField(help_text="When it was last brought up to date.")
    stability = models.JSONField(help_text="Population stability index of each distribution; empty: too few entries.")
    n_before = models.PositiveIntegerField(help_text="List entries from the time before the version.")
    n_now = models.PositiveIntegerField(help_text="List entries of the last days.")
    online_rmse = models.FloatField(null=True)
    online_mae = models.FloatField(null=True)
    offline_rmse = models.FloatField(null=True)
    n_outcomes = models.PositiveIntegerField()
    reason = models.TextField(blank=True, help_text="Why a new model was called for; empty: nothing called for one.")

    class Meta:
        ordering = ["-day", "-version"]
        constraints = [models.UniqueConstraint(fields=["version", "day"], name="one_report_a_day")]

    def __str__(self) -> str:
        return f"version {self.version_id} on {self.day}"
