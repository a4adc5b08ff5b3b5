from __future__ import annotations

from django.db import models

from recommendations.models.versions import ModelVersion


class PublishShard(models.Model):
    """A part of a version's rows that is still to be written; the transaction that writes them deletes it.

    A lock on the row is the claim to it. It is gone with the connection that holds it, so a killed process leaves its
    shard to the others.
    """

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="shards")
    first_user = models.BigIntegerField(null=True, help_text="Members from this id on; empty: the similar titles.")
    last_user = models.BigIntegerField(null=True, help_text="… up to and with this one.")

    def __str__(self) -> str:
        part = "similar titles" if self.first_user is None else f"members {self.first_user} to {self.last_user}"
        return f"version {self.version_id}, {part}"
