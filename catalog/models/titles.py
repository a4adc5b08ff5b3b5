from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from anirec.lib.partial_dates import PartialDateField
from anirec.lib.web.addresses import address_of
from catalog.models.tags import Tag
from catalog.viewers import Viewer


class Medium(models.TextChoices):
    ANIME = "anime", _("Anime")
    MANGA = "manga", _("Manga")
    LIGHT_NOVEL = "light_novel", _("Light novel")
    GAME = "game", _("Game")


EXTRA_MEDIA = tuple(choice for choice in Medium.choices if choice[0] != Medium.ANIME)  # which members switch on
READ = (Medium.MANGA, Medium.LIGHT_NOVEL)


def id_space(medium: str) -> str:
    """Return the medium under which other sites number titles: light novels are among their manga."""
    return Medium.MANGA.value if medium == Medium.LIGHT_NOVEL else str(medium)


class Format(models.TextChoices):
    TV = "tv", _("TV")
    TV_SHORT = "tv_short", _("TV short")
    MOVIE = "movie", _("Movie")
    OVA = "ova", _("OVA")
    ONA = "ona", _("ONA")
    SPECIAL = "special", _("Special")
    MUSIC = "music", _("Music")
    COMMERCIAL = "commercial", _("Commercial")
    UNKNOWN = "", _("Unknown")


class Status(models.TextChoices):
    FINISHED = "finished", _("Finished")
    AIRING = "airing", _("Airing")
    UPCOMING = "upcoming", _("Not yet aired")
    CANCELLED = "cancelled", _("Cancelled")
    UNKNOWN = "", _("Unknown")


PUBLISHING: dict[str, Any] = {Status.AIRING: _("Publishing"), Status.UPCOMING: _("Not yet published")}


class Weekday(models.IntegerChoices):
    """Weekdays by ISO 8601 number."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class Season(models.TextChoices):
    WINTER = "winter", _("Winter")
    SPRING = "spring", _("Spring")
    SUMMER = "summer", _("Summer")
    FALL = "fall", _("Fall")


class AgeRating(models.TextChoices):
    G = "g", _("G · all ages")
    PG = "pg", _("PG · children")
    PG_13 = "pg_13", _("PG-13 · teens")
    R_17 = "r_17", _("R-17+ · violence, profanity")
    R_PLUS = "r_plus", _("R+ · mild nudity")
    RX = "rx", _("Rx · adult")
    UNKNOWN = "", _("Unknown")


class SourceMaterial(models.TextChoices):
    ORIGINAL = "original", _("Original")
    MANGA = "manga", _("Manga")
    WEB_MANGA = "web_manga", _("Web manga")
    FOUR_KOMA = "four_koma", _("4-koma manga")
    LIGHT_NOVEL = "light_novel", _("Light novel")
    NOVEL = "novel", _("Novel")
    WEB_NOVEL = "web_novel", _("Web novel")
    VISUAL_NOVEL = "visual_novel", _("Visual novel")
    GAME = "game", _("Game")
    CARD_GAME = "card_game", _("Card game")
    BOOK = "book", _("Book")
    PICTURE_BOOK = "picture_book", _("Picture book")
    MUSIC = "music", _("Music")
    RADIO = "radio", _("Radio")
    MIXED = "mixed", _("Mixed media")
    OTHER = "other", _("Other")
    UNKNOWN = "", _("Unknown")


CARD_FIELDS = (
    "name", "name_english", "name_native", "format", "episodes", "season_year", "started_on", "cover_url", "score",
    "is_adult", "medium", "chapters", "volumes", "status", "franchise_entry", "popularity", "cover_digest",
    "cover_colour", "cover_width",
)  # fmt: skip


def viewing_class(viewer: Viewer) -> str:
    """Return the viewer's class, for cache keys: viewers of one class may see the same titles.

    It's the age class, followed by the media other than anime, such as "common+manga".
    """
    return "+".join((age_class(viewer), *media_of(viewer)[1:]))


def age_class(viewer: Viewer) -> str:
    """Return "whole", "common", or the highest age rating that the account allows."""
    if viewer is None or not viewer.is_authenticated:
        return "common"
    return viewer.age_limit or ("whole" if viewer.shows_adult else "common")


def media_of(viewer: Viewer) -> list[str]:
    """Return the media that `viewer` sees, in the order of Medium: anime, and what the member has switched on."""
    if viewer is None or not viewer.is_authenticated:
        return [Medium.ANIME.value]
    return [medium for medium in Medium.values if medium == Medium.ANIME or medium in viewer.extra_media]


def age_classes_up_to(limit: str) -> list[str]:
    """Return the known age ratings up to `limit`, youngest first."""
    ratings = [value for value in AgeRating.values if value]
    return ratings[: ratings.index(limit) + 1]


def entry_point() -> models.Q:
    """Return the condition that a title is where to start with its franchise."""
    return models.Q(franchise_entry=None) | models.Q(franchise_entry=models.F("pk"))


class TitleQuerySet(models.QuerySet["Title"]):
    def visible_to(self, viewer: Viewer) -> TitleQuerySet:
        """Return titles that `viewer` (None or anonymous: a visitor) may see.

        Adult titles and other media than anime need the member's opt-in. An account with an age limit sees only titles
        with a known age rating within it.
        """
        return self.of_media(media_of(viewer)).suitable_for(viewer)

    def of_media(self, media: Collection[str]) -> TitleQuerySet:
        if len(media) == len(Medium):
            return self
        return self.filter(medium__in=media) if len(media) > 1 else self.filter(medium=next(iter(media)))

    def suitable_for(self, viewer: Viewer) -> TitleQuerySet:
        """Return titles of any medium that the viewer's age settings allow."""
        age = age_class(viewer)
        if age == "whole":
            return self
        titles = self.filter(is_adult=False)
        return titles if age == "common" else titles.filter(age_rating__in=age_classes_up_to(age))

    def recommendable(self) -> TitleQuerySet:
        """Return anime, without unreleased and cancelled titles, commercials and music clips."""
        return self.filter(medium=Medium.ANIME).exclude(
            models.Q(status__in=[Status.UPCOMING, Status.CANCELLED])
            | models.Q(format__in=[Format.MUSIC, Format.COMMERCIAL])
        )

    def entry_points(self) -> TitleQuerySet:
        """Return the titles to start with: no sequel, compilation or side story, one title per franchise."""
        return self.filter(entry_point())

    def with_tag_names(self) -> TitleQuerySet:
        """Annotate `tag_names`, in alphabetical order, for drawing posters without another query."""
        names = Tag.objects.filter(titles=models.OuterRef("pk")).order_by("name").values("name")
        return self.annotate(tag_names=ArraySubquery(names))

    def for_cards(self) -> TitleQuerySet:
        """Load only the fields of a card, in one query for any number of titles."""
        return self.with_tag_names().only(*CARD_FIELDS)

    def for_airing(self) -> TitleQuerySet:
        """Load only the fields of a card and of the airing schedule."""
        return self.with_tag_names().only(
            *CARD_FIELDS, "ended_on", "episode_seconds", "broadcast_day", "broadcast_time", "next_airing_at",
            "next_episode", "updated_at",
        )  # fmt: skip


class Title(models.Model):
    """One work: an anime season, film or special; a manga, light novel or game."""

    medium = models.CharField(max_length=12, choices=Medium, default=Medium.ANIME)
    name = models.CharField(max_length=300, help_text="Romanised, as most catalogues list it.")
    name_english = models.CharField(max_length=300, blank=True)
    name_native = models.CharField(max_length=300, blank=True)
    synopsis = models.TextField(blank=True)

    format = models.CharField(max_length=12, choices=Format, blank=True)
    status = models.CharField(max_length=10, choices=Status, blank=True)
    episodes = models.PositiveSmallIntegerField(null=True, blank=True)
    episode_seconds = models.PositiveIntegerField(null=True, blank=True)
    chapters = models.PositiveSmallIntegerField(null=True, blank=True)
    volumes = models.PositiveSmallIntegerField(null=True, blank=True)
    serialised_in = models.CharField(max_length=200, blank=True, default="", help_text="The magazine of a manga.")
    started_on = PartialDateField()
    ended_on = PartialDateField()
    broadcast_day = models.PositiveSmallIntegerField(choices=Weekday, null=True, blank=True, help_text="In Japan.")
    broadcast_time = models.TimeField(null=True, blank=True, help_text="In Japan.")
    next_airing_at = models.DateTimeField(null=True, blank=True)
    next_episode = models.PositiveSmallIntegerField(null=True, blank=True)
    season = models.CharField(max_length=8, choices=Season, blank=True)
    season_year = models.PositiveSmallIntegerField(null=True, blank=True)
    source_material = models.CharField(max_length=16, choices=SourceMaterial, blank=True)
    age_rating = models.CharField(max_length=8, choices=AgeRating, blank=True)
    is_adult = models.BooleanField(default=False)

    score = models.FloatField(null=True, blank=True, help_text="Mean score elsewhere, 1–10.")
    scored_by = models.PositiveIntegerField(default=0)
    score_counts = ArrayField(
        models.PositiveIntegerField(),
        size=10,
        null=True,
        blank=True,
        help_text="How many people elsewhere gave 1 … 10.",
    )
    members = models.PositiveIntegerField(default=0, help_text="How many people elsewhere have it on their list.")
    members_scale = models.FloatField(
        default=1,
        editable=False,
        help_text="What `members` is multiplied by to compare it with other sources' numbers.",
    )
    popularity = models.GeneratedField(
        expression=models.F("members") * models.F("members_scale"),
        output_field=models.FloatField(),
        db_persist=True,
    )
    comparable_score = models.FloatField(
        null=True,
        editable=False,
        help_text="The score on the scale of the reference source, if its own source differs.",
    )
    cover_url = models.URLField(max_length=500, blank=True)
    cover_digest = models.CharField(
        max_length=32, blank=True, default="", editable=False, help_text="In the names of the cover’s files."
    )
    cover_colour = models.CharField(max_length=7, blank=True, default="", editable=False)
    cover_width = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Of its largest file.")

    tags = models.ManyToManyField("catalog.Tag", related_name="titles", blank=True)
    studios = models.ManyToManyField("catalog.Studio", related_name="titles", blank=True)
    producers = models.ManyToManyField("catalog.Studio", related_name="produced", blank=True)
    franchise_entry = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="franchise",
        help_text="Where to start with this franchise: the same title for all of its parts; "
        "empty when it stands alone.",
    )

    field_sources = models.JSONField(default=dict, blank=True, help_text="Which source each field's value came from.")
    search_lexemes = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    tag_names: list[str]  # set by `with_tag_names`

    objects = TitleQuerySet.as_manager()

    class Meta:
        ordering = ["-popularity", "pk"]
        indexes = [
            GinIndex(fields=["search_lexemes"], name="title_lexemes"),
            models.Index(fields=["-popularity", "id"], name="title_by_popularity"),
            models.Index(fields=["-score", "id"], name="title_by_score"),
            models.Index(fields=["-season_year", "season"], name="title_by_season"),
            models.Index(fields=["medium", "-popularity", "id"], name="title_by_medium"),
            models.Index(fields=["cover_digest"], condition=~models.Q(cover_digest=""), name="title_by_cover"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(0, 10)), name="title_score_of_ten"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("catalog:title", self.pk)

    @property
    def is_read(self) -> bool:
        """Return whether it has chapters instead of episodes."""
        return self.medium in READ

    @property
    def is_game(self) -> bool:
        """Return whether it is played: no chapters or episodes count progress."""
        return self.medium == Medium.GAME

    @property
    def status_label(self) -> str:
        """Return the status in the words of its medium: what is read is published, not aired."""
        label = PUBLISHING.get(self.status) if self.is_read else None
        return str(label or self.get_status_display())

    @property
    def parts(self) -> int | None:
        """Return the number of episodes or chapters, which an entry's progress counts; None if it is unknown."""
        return self.chapters if self.is_read else self.episodes

    @property
    def year(self) -> int | None:
        return self.season_year or (self.started_on.year if self.started_on else None)


class TitleName(models.Model):
    """One of a title's names, with its search key (`catalog.search.keys.search_key`)."""

    class Kind(models.TextChoices):
        MAIN = "main", _("Main")
        ENGLISH = "english", _("English")
        NATIVE = "native", _("Native")
        SYNONYM = "synonym", _("Synonym")

    title = models.ForeignKey(Title, models.CASCADE, related_name="names")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=300)
    key = models.CharField(max_length=300, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["title", "key"], name="title_name_once")]
        indexes = [models.Index(OpClass("key", "text_pattern_ops"), name="title_name_prefix")]

    def __str__(self) -> str:
        return self.text


class SearchWord(models.Model):
    """A word of any title's name, used to correct misspelt searches."""

    word = models.CharField(primary_key=True, max_length=300)
    titles = models.PositiveIntegerField(help_text="How many titles have it.")

    def __str__(self) -> str:
        return self.word
