"""The mood that a cover's colours make. A cover may have several moods, or none."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.models import CoverMood

GREY = 8.0  # chroma below which a cover is black and white
PALE, RICH = 24.0, 28.0  # chroma
DARK, LIGHT = 38.0, 68.0  # lightness
MOSTLY = 0.35  # how much larger the share of warm colours is than that of cold ones


def moods_of(lightness: float, chroma: float, warm: float, cold: float) -> Iterator[CoverMood]:
    """Yield the moods of a cover by its mean lightness (0–100) and chroma, and the shares of warm and cold pixels."""
    if chroma < GREY:
        yield CoverMood.BLACK_AND_WHITE
    elif warm - cold > MOSTLY:
        yield CoverMood.WARM
    elif cold - warm > MOSTLY:
        yield CoverMood.COLD
    if lightness < DARK:
        yield CoverMood.DARK
    if lightness > LIGHT and GREY <= chroma < PALE:
        yield CoverMood.PASTEL
    if chroma > RICH and lightness >= DARK:
        yield CoverMood.COLOURFUL
