"""Seasons as numbers, so that arrays of them can be compared."""

from __future__ import annotations

from catalog.models.titles import Season

SEASONS = [season.value for season in (Season.WINTER, Season.SPRING, Season.SUMMER, Season.FALL)]


def season_number(year: int, season: str) -> int:
    """Return the season's number. Numbers are chronological, without gaps.

    >>> season_number(2021, "winter") - season_number(2020, "fall")
    1
    """
    return year * 4 + SEASONS.index(season)
