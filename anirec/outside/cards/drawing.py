"""Cards as SVG, with the site's own posters and avatars in them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from xml.sax.saxutils import escape

from anirec.outside.cards import Card
from anirec.outside.cards.fonts import drawable, with_families
from catalog.posters.drawing import Sheet, draw, fit, printable
from social.profiles.files import LARGE, read
from social.templatetags.avatars import drawn_avatar

WIDTH, HEIGHT, MARGIN = 1200, 630, 48
GROUND, INK, QUIET, GOLD = "#131218", "#fffaf0", "#b9b4c2", "#f0b429"
SIZES = (76, 64, 54, 46, 40)
LINE_SIZES = (32, 28)
MARK = "M16 6.5c.9 6 3.6 8.7 9.5 9.5-5.9.8-8.6 3.5-9.5 9.5-.9-6-3.6-8.7-9.5-9.5 5.9-.8 8.6-3.5 9.5-9.5z"
STAR = "M12 2l3.1 6.3 6.9 1-5 4.9 1.2 6.8L12 17.8 5.8 21 7 14.2 2 9.3l6.9-1z"
UNTITLED = "Untitled"


def svg(card: Card) -> str:
    """Return the card's drawing."""
    art, left, most_lines = _row(card) if card.is_row else _side(card)
    return with_families(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/>{art}{_text(card, left, most_lines)}{_brand()}</svg>'
    )


def heading_lines(card: Card, left: int, most_lines: int) -> tuple[int, list[str]]:
    """Return the heading's size and lines, beside what is left of `left`."""
    heading = drawable(printable(card.heading)) or drawable(printable(card.fallback)) or UNTITLED
    return fit(heading, _room(left), SIZES, most_lines)


def _text(card: Card, left: int, most_lines: int) -> str:
    size, lines = heading_lines(card, left, most_lines)
    y, parts = MARGIN + 16 + size, []
    for line in lines:
        parts.append(_line(left, y, size, INK, line))
        y += round(size * 1.18)
    for text in filter(None, (drawable(printable(line)) for line in card.lines)):
        small, (shown, *_) = fit(text, _room(left), LINE_SIZES, 1)
        parts.append(_line(left, y, small, QUIET, shown))
        y += 46
    return "".join(parts) + (_stars(left, y - 12, card.stars) if card.stars else "")


def _room(left: int) -> float:
    """Return the width for text, less a tenth, because the widths of letters are estimates."""
    return (WIDTH - left - MARGIN) * 0.9


def _line(x: int, y: int, size: int, colour: str, text: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="700" fill="{colour}">{escape(text)}</text>'


def _stars(left: int, top: int, score: int) -> str:
    """Draw five stars, the last of the full ones by halves."""
    whole = "".join(f'<path d="{STAR}" transform="translate({place * 26} 0)"/>' for place in range(5))
    full = f'<clipPath id="full"><rect width="{score * 13}" height="24"/></clipPath>'
    return (
        f'<g transform="translate({left} {top}) scale(2.4)">{full}<g fill="#3a3743">{whole}</g>'
        f'<g fill="{GOLD}" clip-path="url(#full)">{whole}</g></g>'
    )


def _side(card: Card) -> tuple[str, int, int]:
    """Return the art on the left, where the text begins, and the most lines of the heading."""
    if card.avatar:
        return _avatar(*card.avatar, MARGIN, 165, 300), 2 * MARGIN + 300, 4
    return _posters(card.sheets[:1], MARGIN, 356), 2 * MARGIN + 356, 4


def _row(card: Card) -> tuple[str, int, int]:
    return _posters(card.sheets, MARGIN, 210, top=HEIGHT - MARGIN // 2 - 315), MARGIN, 2


def _posters(sheets: Iterable[Sheet], left: int, width: int, top: int = MARGIN) -> str:
    return "".join(
        _placed(_poster(sheet, number), left + number * (width + 24), top, width, width * 3 // 2)
        for number, sheet in enumerate(sheets)
    )


def _poster(sheet: Sheet, number: int) -> str:
    """Return the poster, with a name of its own for its gradient."""
    clean = replace(sheet, name=drawable(sheet.name) or UNTITLED, native=drawable(sheet.native))
    return draw(clean).replace('id="veil"', f'id="veil{number}"').replace("url(#veil)", f"url(#veil{number})")


def _avatar(name: str, digest: str, left: int, top: int, size: int) -> str:
    content = read(digest, LARGE) if digest else None
    if content is None:
        drawing = drawn_avatar(name if drawable(name[:1]) else "?")
        return _placed(drawing, left, top, size, size, 'font-size="17" font-weight="700"')
    return f'<image href="{_as_png(content)}" x="{left}" y="{top}" width="{size}" height="{size}"/>'


def _as_png(content: bytes) -> str:
    from PIL import Image

    target = BytesIO()
    with Image.open(BytesIO(content), formats=("WEBP",)) as image:
        image.save(target, "PNG")
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()


def _placed(drawing: str, x: int, y: int, width: int, height: int, more: str = "") -> str:
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" x="{x}" y="{y}" width="{width}" height="{height}" {more} '
    rest = drawing.split("viewBox", 1)[1]
    return f"{opening}viewBox{rest}"


def _brand() -> str:
    return (
        f'<g transform="translate({WIDTH - 204} {HEIGHT - 76})"><rect width="40" height="40" rx="10" fill="#c0301e"/>'
        f'<path d="{MARK}" fill="#fff" transform="scale(1.25)"/>{_line(52, 31, 32, INK, "anirec")}</g>'
    )
