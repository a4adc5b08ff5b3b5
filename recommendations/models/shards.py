from __future__ import annotations

from django.db import models

from recommendations.models.versions import ModelVersion


class PublishShard(models.Model):
    """A part of a version's rows still to be written; the transaction that writes them deletes the shard.

    A lock on its row claims a shard. The lock ends with its connection, so others can take over from a killed process.
    """

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="shards")
    first_user = models.BigIntegerField(null=True, help_text="Members from this id on; empty: the similar titles.")
    last_user = models.BigIntegerField(null=True, help_text="… up to and with this one.")

    def __str__(self) -> str:
        part = "similar titles" if self.first_user is None else f"members {self.first_user} to {self.last_user}"
        return f"version {self.version_id}, {part}"
