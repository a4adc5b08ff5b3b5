from django.db import models

from accounts.models import User
from catalog.models import Title


class KeptScore(models.Model):
    """An old score that a member was asked about and would give again."""

    user = models.ForeignKey(User, models.CASCADE)
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "title"], name="score_kept_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.title_id}"
