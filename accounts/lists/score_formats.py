"""Scores from 1 to 10, displayed as points, as stars with halves, or as one of three faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Viewer = User | AnonymousUser | None

SCORES = range(1, 11)
FORMATS = User.ScoreFormat


@dataclass(frozen=True)
class Face:
    """A score as a face. score: the value it sets. least: the lowest score it represents."""

    symbol: str
    label: str | Promise
    score: int
    least: int


FACES = (Face("☺", _("Liked"), 9, 8), Face("😐", _("Okay"), 7, 6), Face("☹", _("Disliked"), 4, 1))


def format_of(viewer: Viewer) -> str:
    return getattr(viewer, "score_format", FORMATS.POINTS)


def face_of(score: int) -> Face:
    return next(face for face in FACES if score >= face.least)


def shown(score: int | None, format: str) -> str:
    """Return a displayed score such as "9", "4½ ★" or "☺ Liked"; "" for None."""
    if score is None:
        return ""
    if format == FORMATS.STARS:
        return f"{score // 2 or ''}{'½' if score % 2 else ''} ★"
    if format == FORMATS.FACES:
        face = face_of(score)
        return f"{face.symbol} {face.label}"
    return str(score)


def choices(format: str, current: int | None = None) -> list[tuple[int, str]]:
    """Return (score, label) pairs, best first. A face that represents the current score keeps that score."""
    if format != FORMATS.FACES:
        return [(score, shown(score, format)) for score in reversed(SCORES)]
    scores = [current if current and face_of(current) is face else face.score for face in FACES]
    return [(score, shown(score, format)) for score in scores]
