"""Precomputed tables. Every row belongs to a model version; readers use the active version's rows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import User
from catalog.models import Title
from recommendations.models.versions import ModelVersion

TOP = 200  # titles per member
SIMILAR = 30  # titles per title


class RealField(models.FloatField):
    """A four-byte float instead of eight, because these tables hold thousands of numbers per member."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "real"


class MemberRecommendations(models.Model):
    """A member's best titles under one model version, best first, with the reasons for each.

    The arrays are parallel. `reason_ids` and `reason_shares` hold `explain.REASONS` numbers per title, title by
    title; 0 means no reason. A share is the part of the title's score, 0–1, that the reason contributed.
    """

    version = models.ForeignKey(ModelVersion, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    list_version = models.PositiveIntegerField(help_text="The member's list version that these were computed from.")
    n_inputs = models.PositiveIntegerField(help_text="How many entries of the list the model read.")
    computed_at = models.DateTimeField()
    title_ids = ArrayField(models.IntegerField())
    scores = ArrayField(RealField())
    predicted = ArrayField(RealField(), help_text="The score, 1–10, the member is expected to give.")
    reason_ids = ArrayField(models.IntegerField())
    reason_shares = ArrayField(RealField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="one_row_a_member")]

    def __str__(self) -> str:
        return f"member {self.user_id}, version {self.version_id}"


class SimilarTitles(models.Model):
    """The titles closest to a title under one model version, closest first."""

    version = models.ForeignKey(ModelVersion, models.CASCADE)
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    similar_ids = ArrayField(models.IntegerField())
    scores = ArrayField(RealField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "title"], name="one_row_a_title")]

    def __str__(self) -> str:
        return f"title {self.title_id}, version {self.version_id}"
