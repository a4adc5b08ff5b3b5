from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anirec.lib.web.addresses import address_of
from catalog.models.titles import Title


class Studio(models.Model):
    """A company that animates or produces titles; later also a publisher or developer."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("catalog:studio", self.slug)


class Person(models.Model):
    """Somebody who made a title, or speaks in it. People of one name are one person, as most sources give no ids."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, allow_unicode=True, db_index=False)
    key = models.CharField(max_length=200, unique=True, editable=False, help_text="The name as search compares it.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("catalog:person", self.pk, self.slug)


class Credit(models.Model):
    """A person's part in a title. A character whose voice no source names has no person."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("Staff")
        CAST = "cast", _("Cast")

    class Part(models.TextChoices):
        """How large a character is: the role of a credit in the cast."""

        MAIN = "main", pgettext_lazy("a character", "Main")
        SUPPORTING = "supporting", pgettext_lazy("a character", "Supporting")
        BACKGROUND = "background", pgettext_lazy("a character", "Background")

    title = models.ForeignKey(Title, models.CASCADE, related_name="credits")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="credits")
    kind = models.CharField(max_length=5, choices=Kind)
    role = models.CharField(max_length=120, help_text="Of staff, as the source says; of the cast, a Part.")
    character = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=40, blank=True, help_text="Of the voice, in English.")
    position = models.PositiveSmallIntegerField(help_text="Its place in the source’s list.")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.title_id}: {self.person_id}, {self.role}"
