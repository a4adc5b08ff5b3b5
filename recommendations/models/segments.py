from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from recommendations.models.tables import RealField
from recommendations.models.versions import ModelVersion


class Segment(models.Model):
    """A group of members with similar tastes, under one model version."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="segments")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200, help_text="What its members watch more of than everybody.")
    traits = ArrayField(models.CharField(max_length=100), help_text="All of that, the clearest first.")
    size = models.PositiveIntegerField(help_text="How many members the model was trained on are in it.")
    x = RealField(help_text="Where its middle is on the map.")
    y = RealField()
    title_ids = ArrayField(models.IntegerField(), help_text="What it likes more than everybody, first the most.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="segment_once")]

    def __str__(self) -> str:
        return self.name


class MemberSegment(models.Model):
    """A member's segment and position on the map, under one model version."""

    version = models.ForeignKey(ModelVersion, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    segment = models.PositiveSmallIntegerField(help_text="The segment's number.")
    x = RealField()
    y = RealField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="one_segment_a_member")]

    def __str__(self) -> str:
        return f"member {self.user_id}, version {self.version_id}: segment {self.segment}"
