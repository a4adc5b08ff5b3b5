"""Cards as PNG: kept by their digest, and drawn one at a time, since drawing keeps a processor busy."""

from __future__ import annotations

from contextlib import suppress
from threading import BoundedSemaphore

from django.core.cache import caches

from anirec.outside.cards import Card
from anirec.outside.cards.drawing import WIDTH, svg
from anirec.outside.cards.fonts import FAMILY, FILES

WAIT = 3.0  # seconds for others' cards
_turn = BoundedSemaphore(1)


class BusyError(RuntimeError):
    """Too many cards are being drawn."""


def png(card: Card) -> bytes:
    """Return the card's picture. Raises BusyError if others' cards take too long."""
    kept = caches["cards"].get(card.digest)
    if kept is not None:
        return bytes(kept)
    if not _turn.acquire(timeout=WAIT):
        raise BusyError
    try:
        content = _rendered(svg(card))
    finally:
        _turn.release()
    with suppress(OSError):  # a full disk
        caches["cards"].set(card.digest, content)
    return content


def _rendered(drawing: str) -> bytes:
    import resvg_py

    return resvg_py.svg_to_bytes(
        svg_string=drawing,
        width=WIDTH,
        skip_system_fonts=True,
        font_files=list(FILES),
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
