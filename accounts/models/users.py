from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse


class User(AbstractUser):
    """A member: the account, and the few settings that decide what it is shown."""

    class TitleLanguage(models.TextChoices):
        ROMAJI = "romaji", "Romanised (Shingeki no Kyojin)"
        ENGLISH = "english", "English (Attack on Titan)"
        NATIVE = "native", "Native (進撃の巨人)"

    class Theme(models.TextChoices):
        SYSTEM = "system", "As my device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    email = models.EmailField(unique=True)
    first_name = last_name = None  # type: ignore[assignment]
    shows_adult = models.BooleanField(
        "show adult titles", default=False, help_text="I am an adult and want to see them."
    )
    title_language = models.CharField(max_length=8, choices=TitleLanguage, default=TitleLanguage.ROMAJI)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    is_synthetic = models.BooleanField(
        default=False, help_text="Made by demo_community: labelled as such, and left out of training."
    )
    list_version = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts the changes to anything that recommendations read."
    )

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="email_once"),
            models.UniqueConstraint(Lower("username"), name="username_once"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("social:member", args=[self.username])
