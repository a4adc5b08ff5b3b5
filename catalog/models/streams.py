"""Where titles can be watched legally."""

from __future__ import annotations

from django.db import models

from catalog.models.titles import Title


class Service(models.TextChoices):
    """The streaming services that titles are linked to: licensed ones only."""

    ADN = "adn", "ADN"
    ADULT_SWIM = "adult-swim", "Adult Swim"
    APPLE_TV = "apple-tv", "Apple TV"
    BILIBILI = "bilibili", "Bilibili"
    CRUNCHYROLL = "crunchyroll", "Crunchyroll"
    DISNEY = "disney-plus", "Disney+"
    HBO_MAX = "hbo-max", "HBO Max"
    HIDIVE = "hidive", "HIDIVE"
    HULU = "hulu", "Hulu"
    IQIYI = "iqiyi", "iQIYI"
    LAFTEL = "laftel", "Laftel"
    NETFLIX = "netflix", "Netflix"
    NICONICO = "niconico", "Niconico"
    PRIME_VIDEO = "prime-video", "Prime Video"
    RETROCRUSH = "retrocrush", "RetroCrush"
    TUBI = "tubi", "Tubi"
    VIKI = "viki", "Viki"
    WETV = "wetv", "WeTV"
    YOUTUBE = "youtube", "YouTube"


class Stream(models.Model):
    """A title on a streaming service. Without an address, the source only names the service."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="streams")
    service = models.CharField(max_length=16, choices=Service)
    language = models.CharField(max_length=40, blank=True, help_text="In English; empty: unknown.")
    url = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["service", "language"]
        constraints = [models.UniqueConstraint(fields=["title", "service", "language"], name="stream_once")]

    def __str__(self) -> str:
        return f"{self.title_id}: {self.service}"
