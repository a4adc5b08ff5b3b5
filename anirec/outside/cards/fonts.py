"""The fonts of cards, from packages: Latin, Greek, Cyrillic, Chinese, Japanese and Korean. Others are left out."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import fontpkg_noto_sans
from noto_cjk_sans_jp_bold import FONT_PATH

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FAMILY, SECOND_FAMILY = "Noto Sans CJK JP", "Noto Sans"
FILES = (str(FONT_PATH), str(fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"))
TEXT, WORD = re.compile(r">([^<]+)<"), re.compile(r"\S+")
UNASSIGNED = "\uffff"  # drawn as the box that stands for any unknown character


def drawable(text: str) -> str:
    """Return the text without the characters that would be drawn as boxes, and with single spaces.

    >>> drawable("\\U0001F389 Łódź 進撃 \\u0e44")
    'Łódź 進撃'
    """
    return " ".join("".join(letter if _is_known(letter) else " " for letter in text).split())


def with_families(drawing: str) -> str:
    """Name the second font for the words of an SVG that the first one can't draw: they don't stand in by themselves."""
    return TEXT.sub(lambda text: f">{WORD.sub(lambda word: _in_family(word[0]), text[1])}<", drawing)


def _in_family(word: str) -> str:
    if all(_is_in(0, letter) for letter in word):
        return word
    if all(_is_in(1, letter) for letter in word):
        return f'<tspan font-family="{SECOND_FAMILY}">{word}</tspan>'
    return "".join(letter if _is_in(0, letter) else _in_family(letter) for letter in word if _is_known(letter))


def _is_known(letter: str) -> bool:
    return _is_in(0, letter) or _is_in(1, letter)


@lru_cache(maxsize=40_000)
def _is_in(number: int, letter: str) -> bool:
    font = fonts()[number]
    return bytes(font.getmask(letter)) != bytes(font.getmask(UNASSIGNED))


@cache
def fonts() -> tuple[FreeTypeFont, ...]:
    from PIL import ImageFont

    return tuple(ImageFont.truetype(file, 24, layout_engine=ImageFont.Layout.BASIC) for file in FILES)
