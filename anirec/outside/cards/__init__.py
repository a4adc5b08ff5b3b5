"""Cards: pictures of 1200 × 630 pixels that other sites and chats show beside a link."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from catalog.posters.drawing import DESIGN as POSTER_DESIGN
from catalog.posters.drawing import Sheet

DESIGN = "1"  # change this with the drawing, so that the pictures get other addresses


@dataclass(frozen=True)
class Card:
    """The data that a card depends on. It is the same for everyone, in the site's main language.

    fallback: the heading if no font has the other. stars: a score from 1 to 10. avatar: a member's name, and the hash
    of their picture or "".
    """

    heading: str
    fallback: str
    lines: tuple[str, ...]
    sheets: tuple[Sheet, ...] = ()
    stars: int | None = None
    avatar: tuple[str, str] | None = None
    is_row: bool = False  # posters in a row below the text, not one beside it

    @cached_property
    def digest(self) -> str:
        """A hash of all that is drawn, which names the picture."""
        return sha256(repr((DESIGN, POSTER_DESIGN, self)).encode("utf-8", "replace")).hexdigest()[:16]
