from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from anirec.lib.web.addresses import address_of
from catalog.models.streams import Service
from catalog.models.titles import EXTRA_MEDIA, AgeRating


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everyone")
    FOLLOWERS = "followers", _("My followers")
    PRIVATE = "private", _("Only me")


class User(AbstractUser):
    """A member: the account, with its display, privacy and content settings."""

    class TitleLanguage(models.TextChoices):
        ROMAJI = "romaji", _("Romanised (Shingeki no Kyojin)")
        ENGLISH = "english", _("English (Attack on Titan)")
        NATIVE = "native", _("Native (進撃の巨人)")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("System")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class ScoreFormat(models.TextChoices):
        POINTS = "points", _("10 points")
        STARS = "stars", _("5 stars, half stars allowed")
        FACES = "faces", _("3 smileys")

    class AgeLimit(models.TextChoices):
        NONE = "", _("No limit")
        G = AgeRating.G.value, _("All ages")
        PG = AgeRating.PG.value, _("Children")
        PG_13 = AgeRating.PG_13.value, _("Teens, 13 or older")
        R_17 = AgeRating.R_17.value, _("17 or older")

    class TipsFrom(models.TextChoices):
        FOLLOWED = "followed", _("People I follow")
        FOLLOWERS = "followers", _("People I follow and my followers")
        NOBODY = "nobody", _("No one")

    # Not unique: an address that somebody else has merely claimed must not keep its owner out, and a sign-up must not
    # tell whether an address is registered. Verified addresses are unique: see allauth's EmailAddress.
    email = models.EmailField(db_index=True)
    lookalike = models.GeneratedField(
        expression=models.Func(Lower("username"), models.Value("01i|"), models.Value("olll"), function="TRANSLATE"),
        output_field=models.CharField(max_length=150),
        db_persist=True,
        db_index=True,
        help_text="The same for names that look alike: see accounts.security.usernames.",
    )
    first_name = last_name = None  # type: ignore[assignment]
    shows_adult = models.BooleanField(
        _("show adult titles"), default=False, help_text=_("I’m an adult and want to see adult titles.")
    )
    title_language = models.CharField(max_length=8, choices=TitleLanguage, default=TitleLanguage.ROMAJI)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, blank=True, default="")
    time_zone = models.CharField(max_length=40, blank=True, default="")
    score_format = models.CharField(max_length=8, choices=ScoreFormat, default=ScoreFormat.POINTS)
    sets_dates = models.BooleanField(
        default=True,
        db_default=True,
        help_text=_("Set start and finish dates when I watch the first or last episode."),
    )
    asks_for_scores = models.BooleanField(
        default=True, db_default=True, help_text=_("Ask for a score when I complete a title.")
    )
    age_limit = models.CharField(
        max_length=8,
        choices=AgeLimit,
        blank=True,
        default=AgeLimit.NONE,
        help_text="The oldest age class that is shown; titles without one are not.",
    )
    streaming_services = ArrayField(
        models.CharField(max_length=16, choices=Service),
        blank=True,
        default=list,
        db_default=[],
        help_text=_("Title pages list them first, and you can filter titles by them."),
    )
    extra_media = ArrayField(
        models.CharField(max_length=12, choices=EXTRA_MEDIA),
        blank=True,
        default=list,
        db_default=[],
        help_text="Media that the member sees beside anime.",
    )
    approves_followers = models.BooleanField(
        _("approve follow requests"), default=False, help_text=_("New followers need your approval.")
    )
    list_visibility = models.CharField(
        _("list visibility"),
        max_length=10,
        choices=Visibility,
        default=Visibility.PUBLIC,
        help_text=_(
            "You can make individual entries more private, but not more public. Reviews are always public; each "
            "custom list has its own setting."
        ),
    )
    tips_from = models.CharField(
        _("who can recommend titles to me"), max_length=10, choices=TipsFrom, default=TipsFrom.FOLLOWED
    )
    is_synthetic = models.BooleanField(
        default=False, help_text="Made by demo_community: labelled as such, and left out of training."
    )
    list_version = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts the changes to anything that recommendations read."
    )
    anime_changes = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counts the list changes that are about anime: what the directory sorts by.",
    )

    avatar = models.CharField(
        max_length=32,
        blank=True,
        default="",
        editable=False,
        db_index=True,
        help_text="Hash of the picture that others see, written by social.profiles.",
    )
    unread_notifications = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Counted by social.notifications.notifying, so that every page can say it for nothing.",
    )

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_once"),
        ]

    def lock(self) -> None:
        """Lock the member's row until the transaction ends: their simultaneous changes wait for each other."""
        type(self)._default_manager.select_for_update(no_key=True).only("pk").get(pk=self.pk)

    def get_absolute_url(self) -> str:
        return address_of("social:member", self.username)
