"""Scores as list files write them, on any scale, to scores from 1 to 10."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.lists.score_formats import FACES
from accounts.portability.values.vocabulary import is_blank

SCALES = (10, 100, 20, 5, 3)  # 3: faces
SHARE = Decimal("0.9")  # of a column's scores that its scale must cover: the rest are mistakes
ENOUGH = 3  # scores, before small ones suggest stars
NUMBER = r"(\d{1,6}(?:[.,]\d{1,6})?)"
PLAIN = re.compile(rf"{NUMBER}\s*(%|\bpoints?|\bpts?\.?|\bpunkte?|★|⭐|\bstars?|\bsterne?)?", re.IGNORECASE)
PARTS = re.compile(rf"{NUMBER}\s*(?:/|\bout of\b|\bof\b|\bvon\b|\bsur\b|\bde\b|\bиз\b)\s*(\d{{1,3}})\D*", re.IGNORECASE)
FULL, EMPTY, HALF = "★⭐🌟✭✮✯", "☆✩", "½"
SYMBOLS = re.compile(f"[{FULL}{EMPTY}{HALF}\ufe0f\\s]+")
FACE_SCORES = {
    **dict.fromkeys("☺😊🙂😀😄😍❤👍", FACES[0].score),
    **dict.fromkeys("😐😑", FACES[1].score),
    **dict.fromkeys("☹🙁😞😡👎", FACES[2].score),
    ":)": FACES[0].score, ":-)": FACES[0].score, ":|": FACES[1].score, ":(": FACES[2].score, ":-(": FACES[2].score,
}  # fmt: skip
FACE_OF_THREE = {3: FACES[0].score, 2: FACES[1].score, 1: FACES[2].score}  # AniList's three faces, the best last


class Points(NamedTuple):
    """A number and its own maximum; None if its column's scale tells."""

    value: Decimal
    out_of: int | None


@dataclass(frozen=True)
class Scale:
    """The highest possible score of a file. is_sure: whether the file or its numbers leave no doubt."""

    out_of: int = 10
    is_sure: bool = True


def points_of(value: object) -> Points | None:
    """Return what a cell says, or None if it is blank. Raises ValueError."""
    text = "" if value is None else str(value).strip().replace("\ufe0f", "")
    if is_blank(text):
        return None
    if text in FACE_SCORES:
        return Points(Decimal(FACE_SCORES[text]), 10)
    if SYMBOLS.fullmatch(text):
        return _stars(text)
    if match := PARTS.fullmatch(text):
        return Points(_decimal(match[1]), int(match[2]) or None)
    if match := PLAIN.fullmatch(text):
        unit = (match[2] or "").casefold()
        return Points(_decimal(match[1]), 100 if unit == "%" else 5 if unit[:2] in ("★", "⭐", "st") else None)
    raise ValueError(_("not a number"))


def _stars(text: str) -> Points | None:
    n_full, n_all = (sum(map(text.count, letters)) for letters in (FULL, FULL + EMPTY))
    value = n_full + Decimal("0.5") * min(1, text.count(HALF))
    return Points(value, 5 if n_all <= 5 and value <= 5 else 10)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def parse_score(value: object, scale: int) -> tuple[int | None, str]:
    """Return a score from 1 to 10, halves rounded up, and a remark if it was rounded. Raises ValueError."""
    points = points_of(value)
    if points is None or not points.value:
        return None, ""
    out_of = points.out_of or scale
    if points.value > out_of:
        raise ValueError(_("not between 0 and %(high)s") % {"high": out_of})
    score = rescaled(points.value, out_of)
    is_rounded = out_of == 10 and score != points.value
    return score, _("Score %(value)s rounded to %(score)s.") % {"value": value, "score": score} if is_rounded else ""


def rescaled(value: Decimal, out_of: int) -> int:
    if out_of == 3 and value in FACE_OF_THREE:
        return FACE_OF_THREE[int(value)]
    return max(1, int(value * 10 / out_of + Decimal("0.5")))


def detect_scale(cells: Iterable[object]) -> Scale:
    """Return the scale that fits a whole column. Scores that name their own maximum don't count."""
    values = sorted(value for value in map(_scaleless, cells) if value)
    if not values:
        return Scale()
    most = values[int((len(values) - 1) * SHARE)]
    if most > 10:
        return Scale(20 if most <= 20 else 100, is_sure=values[-1] > 20 or len(values) >= ENOUGH)
    if values[-1] > 5:
        return Scale()
    is_halved = any(value % 1 for value in values)
    return Scale(5 if is_halved or len(values) >= ENOUGH else 10, is_sure=False)


def _scaleless(cell: object) -> Decimal | None:
    try:
        points = points_of(cell)
    except ValueError:
        return None
    return points.value if points and points.out_of is None else None


def examples_of(cells: Iterable[object], scale: int) -> list[tuple[str, int]]:
    """Return the highest, a middle and the lowest score of a column, as written and as imported."""
    found: dict[Decimal, tuple[str, int]] = {}
    for cell in cells:
        value = _scaleless(cell)
        if value and value <= scale:
            found.setdefault(value, (str(cell).strip()[:20], rescaled(value, scale)))
    values = sorted(found, reverse=True)
    return [found[value] for value in dict.fromkeys([*values[:1], *values[len(values) // 2 :][:1], *values[-1:]])]
