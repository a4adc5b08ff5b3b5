from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from anirec.lib.text import validate_text
from catalog.models import Title

NAME_LENGTH, ACCOUNT_LENGTH, SHOW_LENGTH = 60, 120, 300


class ScrobbleAddress(models.Model):
    """An address that a media server reports finished episodes to. Only a hash of its key is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="scrobble_addresses")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[validate_text])
    account = models.CharField(
        max_length=ACCOUNT_LENGTH, validators=[validate_text], help_text="The member's name on the server."
    )
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the key.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "scrobble addresses"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name}"


class ScrobbledShow(models.Model):
    """A season of a show, or a film, that needed the member's decision, and the decision."""

    class State(models.TextChoices):
        OPEN = "open", _("Not recognised")
        CHOSEN = "chosen", _("Title chosen")
        IGNORED = "ignored", _("Ignored")

    user = models.ForeignKey(User, models.CASCADE, related_name="scrobbled_shows")
    key = models.CharField(max_length=SHOW_LENGTH, help_text="The name as it is compared.")
    name = models.CharField(max_length=SHOW_LENGTH)
    season = models.PositiveSmallIntegerField(default=0, help_text="0: a film.")
    last_episode = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    title = models.ForeignKey(Title, models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key", "season"], name="scrobbled_show_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name} ({self.season}, {self.state})"


class ScrobbleEvent(models.Model):
    """A media server's report and its result. Only a member's latest are kept."""

    class Outcome(models.TextChoices):
        WRITTEN = "written", _("List updated")
        UNCHANGED = "unchanged", _("Already watched")
        UNKNOWN = "unknown", _("Not recognised")
        IGNORED = "ignored", _("Ignored, as you chose")
        SPECIAL = "special", _("Special episode, not counted")
        OTHER = "other", _("Another account, not counted")
        REFUSED = "refused", _("Unreadable report")

    user = models.ForeignKey(User, models.CASCADE, related_name="scrobble_events")
    fingerprint = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the report.")
    name = models.CharField(max_length=SHOW_LENGTH, help_text="The show, film, other account, or unreadable field.")
    season = models.PositiveSmallIntegerField(null=True, blank=True)
    episode = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    title = models.ForeignKey(Title, models.SET_NULL, null=True, blank=True, related_name="+")
    title_episode = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The episode's number in it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name}: {self.outcome}"
