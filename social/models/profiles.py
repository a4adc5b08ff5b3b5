"""A member's biography and picture. Written by `social.profiles.writing`, read via `social.profiles.queries`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LONGEST_BIO = 2_000


class Profile(models.Model):
    """`picture` is the hash in its files' names; User.avatar is the same while others may see it."""

    member = models.OneToOneField(User, models.CASCADE, related_name="profile")
    bio = models.TextField(_("About me"), max_length=LONGEST_BIO, blank=True, help_text="Markdown.")
    picture = models.CharField(max_length=32, blank=True, default="")
    is_removed = models.BooleanField(default=False, help_text="Removed by staff: only the member sees the text.")

    def __str__(self) -> str:
        return f"profile of {self.member_id}"

    @property
    def author(self) -> User:
        return self.member
