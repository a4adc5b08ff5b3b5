"""Localised number formats."""

from __future__ import annotations

from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language


def percent(share: float, digits: int = 0) -> str:
    """Format a share, such as 0.45: "45%" in English, "45 %" in German.

    >>> percent(0.4512), percent(-0.1236, 1)
    ('45%', '−12.4%')
    """
    return _percent(round(share * 100, digits), digits, get_language() or "en")


@lru_cache(maxsize=2000)
def _percent(number: float, digits: int, language: str) -> str:
    gap = " " if language.startswith("de") else ""
    return f"{number_format(number, digits).replace('-', '−')}{gap}%"


def whole(number: int) -> str:
    """Return a whole number with the separators of the current language, such as "1,028"."""
    return number_format(number, use_l10n=True, force_grouping=True)
