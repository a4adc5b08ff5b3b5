"""Anime seasons, each three months of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np
from django.db.models import Q
from django.utils.translation import pgettext

from catalog.airing.schedule import JAPAN
from catalog.index.seasons import SEASONS, season_number
from catalog.index.sorting import SORTS, best_first
from catalog.index.titles import title_index
from catalog.models import Title
from catalog.models.titles import Format, Medium, Status, TitleQuerySet
from catalog.models.titles import Season as SeasonName
from catalog.viewers import Viewer

FORMATS = (Format.TV, Format.TV_SHORT, Format.ONA, Format.MOVIE, Format.OVA, Format.SPECIAL, Format.UNKNOWN)
SERIES = (Format.TV, Format.TV_SHORT, Format.ONA)


@dataclass(frozen=True, order=True)
class Season:
    """A season of a year, such as fall 2019."""

    number: int  # see `season_number`

    @classmethod
    def of(cls, year: int, name: str) -> Season:
        return cls(season_number(year, name))

    @classmethod
    def at(cls, day: date) -> Season:
        """Return the season of a day.

        >>> Season.at(date(2026, 11, 22)).address
        '2026-fall'
        """
        return cls.of(day.year, SEASONS[(day.month - 1) // 3])

    @property
    def year(self) -> int:
        return self.number // 4

    @property
    def name(self) -> str:
        return SEASONS[self.number % 4]

    @property
    def address(self) -> str:
        return f"{self.year}-{self.name}"

    @property
    def label(self) -> str:
        names = {"season": SeasonName(self.name).label, "year": self.year}
        return pgettext("a season of a year", "%(season)s %(year)s") % names

    @property
    def first_day(self) -> date:
        return date(self.year, self.number % 4 * 3 + 1, 1)

    @property
    def previous(self) -> Season:
        return Season(self.number - 1)

    @property
    def next(self) -> Season:
        return Season(self.number + 1)


def season_ids(season: Season, viewer: Viewer, sort: str = "popular") -> list[int]:
    """Return ids of visible titles that start in `season`: listed there, or with a start date in it."""
    index = title_index()
    first, last = index.seasons
    places = np.flatnonzero(index.visible_to(viewer) & (first == season.number) & (last == season.number))
    _label, number, descending = SORTS[sort]
    return index.ids[places][best_first(index.numbers[number][places], index.ids[places], descending)].tolist()


def continuing_titles(season: Season, viewer: Viewer, today: date) -> TitleQuerySet:
    """Return series of earlier seasons whose dates show them airing a month into this one."""
    start, end = season.first_day, season.next.first_day
    a_month_in = str(date(start.year, start.month + 1, 1))
    is_continuing = Q(ended_on__gte=a_month_in)
    if start <= today:  # includes titles airing now with a broadcast slot
        is_airing = Q(status=Status.AIRING) & (
            Q(broadcast_day__isnull=False) | Q(next_airing_at__gte=datetime.combine(start, time.min, JAPAN))
        )
        is_continuing |= is_airing & Q(ended_on="") if today < end else Q()
    series = Title.objects.visible_to(viewer).filter(is_continuing, medium=Medium.ANIME, format__in=SERIES)
    return series.filter(started_on__gt="", started_on__lt=str(start)[:7]).exclude(pk__in=season_ids(season, viewer))
