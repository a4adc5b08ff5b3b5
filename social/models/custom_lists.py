"""Members' custom lists. Written by `social.custom_lists.writing`, read via `social.custom_lists.visibility`."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title

LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_NOTE = 80, 5_000, 500


def new_link_key() -> str:
    return get_random_string(22)


class CustomList(models.Model):
    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everyone")
        FOLLOWERS = "followers", _("My followers")
        LINK = "link", _("Anyone with the link")
        PRIVATE = "private", _("Only me")

    owner = models.ForeignKey(User, models.CASCADE, related_name="custom_lists")
    name = models.CharField(_("Name"), max_length=LONGEST_NAME)
    description = models.TextField(_("Description"), max_length=LONGEST_DESCRIPTION, blank=True, help_text="Markdown.")
    visibility = models.CharField(_("Visible to"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    is_ordered = models.BooleanField(_("Numbered, in an order I choose"), default=False)
    link_key = models.CharField(
        max_length=22, unique=True, default=new_link_key, help_text="Secret, in the shared link."
    )
    is_removed = models.BooleanField(default=False, help_text="Removed by staff: only the owner sees it.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["owner", "-changed_at"], name="custom_list_recent")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("social:custom_list", args=[self.pk])

    @property
    def share_url(self) -> str:
        """The address that works for everyone who may see the list."""
        if self.visibility == self.Visibility.LINK:
            return reverse("social:shared_list", args=[self.link_key])
        return self.get_absolute_url()

    @property
    def author(self) -> User:
        return self.owner


class CustomListItem(models.Model):
    custom_list = models.ForeignKey(CustomList, models.CASCADE, related_name="items")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(help_text="Ascending; gaps are fine.")
    note = models.CharField(_("Note"), max_length=LONGEST_NOTE, blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["custom_list", "title"], name="custom_list_title_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title_id} in {self.custom_list_id}"
