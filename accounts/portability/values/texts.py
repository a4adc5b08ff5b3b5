"""Repair of text: HTML, characters that can't be stored, and text decoded with the wrong encoding."""

from __future__ import annotations

import html
import re

from django.utils.translation import gettext as _

BREAK = re.compile(r"[ \t]*<br\s*/?>[ \t]*(?:\r?\n)?|</p>\s*(?=<p\b)", re.IGNORECASE)
MARKUP = re.compile(
    r"</?(?:b|i|u|s|p|em|strong|span|div|font|center|a|ul|ol|li|blockquote|small|big)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
ENTITY = re.compile(r"&(?:[a-zA-Z]{2,10}\d{0,2}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def repaired(value: object) -> tuple[str, list[str]]:
    """Return the value as plain text, and a remark for each repair that may have changed its sense."""
    text, remarks = "" if value is None else str(value), list[str]()
    if ENTITY.search(text) or "<" in text:
        text = html.unescape(MARKUP.sub("", BREAK.sub("\n", text)))
    if not text.isascii():
        import ftfy  # 2 MB that only imports need

        fixed = ftfy.fix_encoding(text)
        if fixed != text:
            text = fixed
            remarks.append(_("Wrongly encoded characters repaired."))
    if UNPRINTABLE.search(text):
        text = UNPRINTABLE.sub("", text)
        remarks.append(_("Control characters removed."))
    return text.strip(), remarks


def storable(value: object) -> str:
    """Return the value as text without what PostgreSQL can't store."""
    return ("" if value is None else str(value)).replace("\0", "").encode(errors="ignore").decode().strip()
