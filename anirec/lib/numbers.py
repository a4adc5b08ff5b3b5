"""Numbers as people write them in their language."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import get_language


def percent(share: float, digits: int = 0) -> str:
    """A share from 0 to 1: "45%" in English, "45 %" in German.

    >>> percent(0.4512), percent(-0.1236, 1)
    ('45%', '−12.4%')
    """
    gap = " " if (get_language() or "en").startswith("de") else ""
    return f"{number_format(round(share * 100, digits), digits).replace('-', '−')}{gap}%"
