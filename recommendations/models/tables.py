"""The precomputed tables. Every row belongs to a model version; readers ask for the active one's rows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from catalog.models import Title
from recommendations.models.versions import ModelVersion


class MemberRecommendations(models.Model):
    """A member's best titles under one model version, best first, with the reasons for each.

    The arrays are parallel. `reason_ids` and `reason_shares` hold REASONS_PER_TITLE numbers for each title, one after
    the other; 0 fills the places for which there is no reason. A share is the part of the title's score, 0–1, that
    the reason contributed.
    """

    version = models.ForeignKey(ModelVersion, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    list_version = models.PositiveIntegerField(help_text="The member's list version that these were computed from.")
    n_inputs = models.PositiveIntegerField(help_text="How many entries of the list the model read.")
    computed_at = models.DateTimeField()
    title_ids = ArrayField(models.BigIntegerField())
    scores = ArrayField(models.FloatField())
    predicted = ArrayField(models.FloatField(), help_text="The score, 1–10, the member is expected to give.")
    reason_ids = ArrayField(models.BigIntegerField())
    reason_shares = ArrayField(models.FloatField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="one_row_a_member")]


class SimilarTitles(models.Model):
    """The titles closest to a title under one model version, closest first."""

    version = models.ForeignKey(ModelVersion, models.CASCADE)
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    similar_ids = ArrayField(models.BigIntegerField())
    scores = ArrayField(models.FloatField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "title"], name="one_row_a_title")]
