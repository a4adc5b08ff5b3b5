"""Posters for titles without a cover: a two-colour screentone by genre, a large title and a vertical native title.

The same data always gives the same image.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from random import Random
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from catalog.models import Title
from catalog.models.titles import Format
from catalog.posters import patterns
from catalog.posters.patterns import HEIGHT, WIDTH, Pattern
from catalog.titles.names import ROMAJI, name_in

DESIGN = "1"  # change this with the drawing, so that browsers fetch it again
MARGIN = 16
NATIVE_SIZE = 14
SIZES = (34, 30, 26, 23, 20, 17)
MOST_LINES = 5
NARROW = frozenset("iIljrt.,:;'!|()[] -")
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Look:
    """A pattern and its background colour: hue in degrees, lightness in percent."""

    pattern: Pattern
    hue: int
    lightness: int


# Most distinctive tag first: a title gets the look of its first match.
LOOKS = {
    "Horror": Look(patterns.drips, 0, 12),
    "Mecha": Look(patterns.horizon, 220, 24),
    "Sports": Look(patterns.stripes, 205, 40),
    "Music": Look(patterns.levels, 310, 34),
    "Gourmet": Look(patterns.halftone, 25, 50),
    "Mahou Shoujo": Look(patterns.petals, 322, 58),
    "Samurai": Look(patterns.lattice, 8, 26),
    "Historical": Look(patterns.lattice, 34, 30),
    "Iyashikei": Look(patterns.waves, 150, 46),
    "Space": Look(patterns.moon, 240, 16),
    "Detective": Look(patterns.blinds, 215, 18),
    "Psychological": Look(patterns.rings, 265, 22),
    "Suspense": Look(patterns.blinds, 350, 16),
    "Mystery": Look(patterns.moon, 225, 18),
    "Sci-Fi": Look(patterns.horizon, 195, 20),
    "Romance": Look(patterns.petals, 340, 56),
    "Slice of Life": Look(patterns.waves, 170, 46),
    "Supernatural": Look(patterns.moon, 285, 22),
    "Fantasy": Look(patterns.peaks, 265, 30),
    "Adventure": Look(patterns.peaks, 150, 28),
    "Action": Look(patterns.speed_lines, 12, 30),
    "Comedy": Look(patterns.confetti, 45, 54),
    "Drama": Look(patterns.rings, 350, 36),
}
FORMATS = {value: value.replace("_", " ") for value in Format.values}  # untranslated, as images are cached for all
PLAIN = Look(patterns.waves, 210, 34)


@dataclass(frozen=True)
class Sheet:
    """The data that a poster depends on."""

    name: str
    native: str
    footer: str
    tags: tuple[str, ...]

    @classmethod
    def of(cls, title: Title, language: str = ROMAJI) -> Sheet:
        facts = (FORMATS[title.format], title.year)
        name = name_in(title, language)
        return cls(
            name=name,
            native="" if title.name_native == name else title.name_native,
            footer=" · ".join(str(fact) for fact in facts if fact).upper(),
            tags=tuple(title.tag_names),
        )


def poster(title: Title, language: str = ROMAJI) -> str:
    """Return the poster as SVG, with the name in a language. The title must be loaded `with_tag_names`."""
    return draw(Sheet.of(title, language))


def poster_version(title: Title, language: str = ROMAJI) -> str:
    """Return a hash that changes with the poster."""
    return _version(Sheet.of(title, language))


@lru_cache(maxsize=20_000)
def _version(sheet: Sheet) -> str:
    inputs = (DESIGN, sheet.name, sheet.native, sheet.footer, sheet.tags)
    return sha256(repr(inputs).encode("utf-8", "replace")).hexdigest()[:12]


def poster_etag(title: Title, language: str = ROMAJI) -> str:
    return f'"{poster_version(title, language)}"'


def draw(sheet: Sheet) -> str:
    dice = Random(sheet.name)
    size, lines = fit(printable(sheet.name))
    above_name = _baseline(size, len(lines), 0) - size - 2 * MARGIN
    look = next((LOOKS[name] for name in LOOKS if name in sheet.tags), PLAIN)
    hue = (look.hue + dice.uniform(-22, 22)) % 360
    ground = f"hsl({hue:.0f} 52% {look.lightness}%)"
    ink = f"hsl({(hue + 18) % 360:.0f} 74% {min(86, look.lightness + 34)}%)"
    lettering = "#fffaf0" if look.lightness < 48 else "#17141c"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label={quoteattr(printable(sheet.name))} font-family="Inter,system-ui,sans-serif">'
        f'<defs><linearGradient id="veil" x2="0" y2="1"><stop offset=".38" stop-color="{ground}" stop-opacity="0"/>'
        f'<stop offset=".86" stop-color="{ground}"/></linearGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>{look.pattern(dice, ink)}'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#veil)"/>'
        f'<g fill="{lettering}">{_native(sheet.native, above_name, ground)}{_name(size, lines)}'
        f'<text x="{MARGIN}" y="{HEIGHT - 14}" font-size="11" font-weight="600" letter-spacing="1.2" opacity=".75">'
        f"{escape(printable(sheet.footer))}</text></g></svg>"
    )


def printable(text: str) -> str:
    """Remove characters that XML doesn't allow."""
    return NOT_XML.sub("", text)


def _name(size: int, lines: list[str]) -> str:
    spans = (
        f'<tspan x="{MARGIN}" y="{_baseline(size, len(lines), number):.0f}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'<text font-size="{size}" font-weight="800" letter-spacing="-.5">{"".join(spans)}</text>'


def _baseline(size: int, n_lines: int, number: int) -> float:
    return HEIGHT - 36 - (n_lines - 1 - number) * size * 1.08


def _native(native: str, height: float, ground: str) -> str:
    """Draw the native title along the right edge, outlined in the background colour to be readable on any pattern."""
    if not native:
        return ""
    letters = wrap_letters(printable(native), height / (NATIVE_SIZE * 1.15))[0]
    return (
        f'<text x="{WIDTH - 20}" y="{MARGIN}" writing-mode="vertical-rl" font-size="{NATIVE_SIZE}" font-weight="600" '
        f'letter-spacing="2" stroke="{ground}" stroke-width="4" stroke-linejoin="round" paint-order="stroke">'
        f"{escape(letters)}</text>"
    )


def fit(
    name: str, width: float = WIDTH - 2 * MARGIN, sizes: tuple[int, ...] = SIZES, most_lines: int = MOST_LINES
) -> tuple[int, list[str]]:
    """Return (font size, lines): the largest of `sizes` that fits `most_lines` lines, or the smallest, truncated."""
    for size in sizes:
        lines = wrap(name.split(), width / size)
        if len(lines) <= most_lines and all(ems(line) <= width / size for line in lines):
            return size, lines
    smallest = sizes[-1]
    pieces = [piece for word in name.split() for piece in wrap_letters(word, width / smallest)]
    lines = wrap(pieces, width / smallest)
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], lines[most_lines - 1].rstrip(" ,.:-")[:-1] + "…"]
    return smallest, lines


def wrap(words: list[str], width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and ems(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def ems(text: str) -> float:
    """Return the text's approximate width in bold sans-serif, in ems."""
    return sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in NARROW:
        return 0.38
    return 0.8 if letter.isupper() or letter in "mw@%&" else 0.67


def wrap_letters(word: str, width: float) -> list[str]:
    """Split the word into pieces of at most `width` ems."""
    pieces = [""]
    for letter in word:
        if ems(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
