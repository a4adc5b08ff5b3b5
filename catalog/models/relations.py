from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.titles import Medium, Title


class Relation(models.Model):
    """`to_title` is the `kind` of `from_title`: from a first season to its sequel, the kind is "sequel"."""

    class Kind(models.TextChoices):
        SEQUEL = "sequel", _("Sequel")
        PREQUEL = "prequel", _("Prequel")
        SIDE_STORY = "side_story", _("Side story")
        PARENT_STORY = "parent_story", _("Parent story")
        ALTERNATIVE = "alternative", _("Alternative version")
        SUMMARY = "summary", _("Summary")
        FULL_STORY = "full_story", _("Full story")
        SPIN_OFF = "spin_off", _("Spin-off")
        ADAPTATION = "adaptation", _("Adaptation")
        CHARACTER = "character", _("Shared character")
        RELATED = "related", _("Related")

    from_title = models.ForeignKey(Title, models.CASCADE, related_name="relations")
    to_title = models.ForeignKey(Title, models.CASCADE, related_name="relations_back")
    kind = models.CharField(max_length=16, choices=Kind)
    last_chapter = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="From an anime to its manga: the last chapter that the anime tells, if known."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_title", "to_title", "kind"], name="relation_once"),
            models.CheckConstraint(condition=~models.Q(from_title=models.F("to_title")), name="relation_not_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.from_title_id}: {self.kind} {self.to_title_id}"


class ExternalId(models.Model):
    """A title's id in another catalogue, unique per provider and medium: MAL numbers anime and manga separately."""

    class Provider(models.TextChoices):
        MAL = "mal", "MyAnimeList"
        ANILIST = "anilist", "AniList"
        KITSU = "kitsu", "Kitsu"
        ANIDB = "anidb", "AniDB"
        ANIME_PLANET = "anime-planet", "Anime-Planet"
        ANN = "ann", "Anime News Network"
        LIVECHART = "livechart", "LiveChart"
        NOTIFY = "notify", "Notify.moe"
        ANISEARCH = "anisearch", "aniSearch"
        SIMKL = "simkl", "Simkl"
        ANIMECOUNTDOWN = "animecountdown", "AnimeCountdown"

    title = models.ForeignKey(Title, models.CASCADE, related_name="external_ids")
    provider = models.CharField(max_length=16, choices=Provider)
    medium = models.CharField(max_length=12, choices=Medium)
    value = models.CharField(max_length=120)
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="When the catalogue dropped or replaced it. It still finds the title."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "medium", "value"], name="external_id_once")]

    def __str__(self) -> str:
        return f"{self.provider}:{self.value}"
