"""Which of a member's planned titles to watch next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import EntryStatus, User
from catalog.airing.schedule import Airing, next_airing
from catalog.models import Title
from catalog.models.titles import Medium, Status
from recommendations.serving import parts_to_see_first, predicted_scores

EVENING = timedelta(hours=3)
UNAVAILABLE = (Status.UPCOMING, Status.CANCELLED)


class Occasion(TextChoices):
    ANY = "", _("All planned")
    EVENING = "evening", _("Fits an evening")
    AIRING = "airing", _("On air now or soon")


@dataclass(frozen=True)
class PlannedTitle:
    """expected: score from 1 to 10, None if unknown. length: of all episodes. first: an earlier part not seen yet."""

    title: Title
    expected: float | None
    length: timedelta | None
    first: Title | None
    airing: Airing | None

    def suits(self, occasion: str) -> bool:
        if self.title.status in UNAVAILABLE and self.airing is None:
            return False
        if occasion == Occasion.EVENING:
            return self.first is None and self.length is not None and self.length <= EVENING
        return occasion != Occasion.AIRING or self.title.status == Status.AIRING or self.airing is not None


def planned_titles(member: User) -> list[PlannedTitle]:
    """Return the planned titles by expected score, best first; those whose earlier part is unseen come last.

    Titles without a prediction follow those with one, most popular first.
    """
    titles = list(_planned(member))
    expected = predicted_scores(member, [title.pk for title in titles])
    first, now = parts_to_see_first(member, titles), timezone.now()
    return sorted((_planned_title(title, expected, first, now) for title in titles), key=_place)


def count_by_occasion(planned: Collection[PlannedTitle]) -> list[tuple[str, str, int]]:
    """Return (occasion, label, number of titles) for each occasion."""
    return [(value, str(label), sum(one.suits(value) for one in planned)) for value, label in Occasion.choices]


def _planned(member: User) -> Iterable[Title]:
    entries = member.entries.filter(status=EntryStatus.PLANNED).values("title")
    titles = Title.objects.visible_to(member).filter(medium=Medium.ANIME, pk__in=entries)
    return titles.for_airing().order_by("-popularity", "pk")


def _planned_title(title: Title, expected: dict[int, float], first: dict[int, Title], now: datetime) -> PlannedTitle:
    seconds = (title.episode_seconds or 0) * (title.episodes or 0)
    return PlannedTitle(
        title=title,
        expected=expected.get(title.pk),
        length=timedelta(seconds=seconds) if seconds else None,
        first=first.get(title.pk),
        airing=next_airing(title, now),
    )


def _place(one: PlannedTitle) -> tuple[bool, bool, float]:
    return one.first is not None, one.expected is None, -(one.expected or one.title.popularity)
