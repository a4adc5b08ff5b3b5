"""Repair of whole files: their encoding, their archive, cut and damaged XML and JSON."""

from __future__ import annotations

import html
import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

# Encodings that spreadsheets write when it isn't UTF-8.
CODE_PAGES = ["cp1252", "cp1251", "cp932", "gb18030"]
DECLARED = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([\w.:-]{2,40})["']""")
LINES_TO_GUESS, MAX_SAMPLE = 400, 65_536
MAX_ENTRY = 100_000  # characters of one entry of damaged XML
MAX_FIELDS = 100
OPEN = re.compile(r"<(anime|manga)\s*>", re.IGNORECASE)
CLOSE = re.compile(r"</(anime|manga)\s*>", re.IGNORECASE)
FIELD = re.compile(r"<(\w{2,40})\s*(/?)>")
JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|["{}\[\]]', re.DOTALL)
ESCAPE = re.compile(rb"\\\\|\\u[Dd][89ABab]..\\u[Dd][C-Fc-f]..|\\u[Dd][89A-Fa-f]..", re.DOTALL)
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def decoded(data: bytes) -> tuple[str, list[str]]:
    """Return a file's text whatever its encoding, without a byte order mark, and remarks."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").replace("\0", ""), []
    if data[1:2] == b"\0" or data[:1] == b"\0":  # UTF-16 without a mark
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace").replace("\0", ""), []
    body = data.removeprefix(BOM_UTF8)
    try:
        return body.decode(), []
    except UnicodeDecodeError:
        return _not_utf8(body)


def _not_utf8(data: bytes) -> tuple[str, list[str]]:
    text = data.decode(errors="surrogateescape")
    n_bad = sum("\udc80" <= letter <= "\udcff" for letter in text)
    n_good = sum(letter > "\x7f" for letter in text) - n_bad
    if n_good > n_bad:  # UTF-8 with a few bytes of another encoding
        repaired = re.sub(
            "[\udc80-\udcff]+", lambda run: run[0].encode(errors="surrogateescape").decode("cp1252", "replace"), text
        )
        return repaired, [_("Invalid characters repaired: %(n)s.") % {"n": n_bad}]
    declared = DECLARED.search(data[:200])
    for encoding in (declared[1].decode() if declared else "", _guess(data), "cp1252"):
        try:
            if encoding and not encoding.lower().startswith("utf"):
                return data.decode(encoding), []
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace"), [_("Invalid characters repaired: %(n)s.") % {"n": n_bad}]


def _guess(data: bytes) -> str:
    """Return the likeliest encoding, guessed from lines that aren't ASCII."""
    lines = [line for line in data.splitlines() if not line.isascii()][:LINES_TO_GUESS]
    best = from_bytes(b"\n".join(lines)[:MAX_SAMPLE], cp_isolation=CODE_PAGES, threshold=0.5).best()
    return best.encoding if best is not None else "cp1252"


# --- XML -------------------------------------------------------------------------------------------------------------

Element = tuple[str, dict[str, str]]  # "anime" or "manga", and its fields


def whole_elements(text: str) -> Iterator[Element | None]:
    """Yield the whole entries of damaged XML, without a parser; None last if the text ends within an entry."""
    end = 0
    while start := OPEN.search(text, end):
        close = CLOSE.search(text, start.end())
        if close is None:
            yield None
            return
        end = close.end()
        last = text.rfind(start[0], start.end(), close.start())  # an entry that was never closed
        begin = last + len(start[0]) if last >= 0 else start.end()
        yield start[1].lower(), _fields(text[begin : close.start()][:MAX_ENTRY])


def _fields(entry: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    for _try in range(2 * MAX_FIELDS):
        tag = FIELD.search(entry, at)
        if tag is None:
            break
        end = entry.find(f"</{tag[1]}", tag.end())
        if tag[2] or end < 0:
            at = tag.end()
            continue
        fields[tag[1].lower()] = _content(entry[tag.end() : end])
        at = end + len(tag[1]) + 2
    return fields


def _content(raw: str) -> str:
    stripped = raw.strip()
    if stripped.startswith("<![CDATA["):
        return stripped.removeprefix("<![CDATA[").removesuffix("]]>").replace("]]]]><![CDATA[>", "]]>").strip()
    return html.unescape(stripped)


# --- JSON ------------------------------------------------------------------------------------------------------------


def clean_json(data: bytes) -> tuple[bytes, list[str]]:
    """Return JSON as UTF-8, without control characters and halves of characters, and remarks."""
    text, remarks = decoded(data)
    clean = CONTROLS.sub(b"", text.lstrip("\ufeff").encode(errors="ignore"))
    whole = ESCAPE.sub(lambda match: b"" if len(match[0]) == 6 else match[0], clean)
    if len(whole) < len(clean):
        remarks.append(_("Halves of characters removed."))
    return whole, remarks


def closed_json(data: bytes) -> bytes:
    """Return cut JSON up to its last whole object or list, with the open brackets closed; empty if there is none."""
    stack: list[bytes] = []
    end, still_open = 0, list[bytes]()
    for token in JSON_TOKEN.finditer(data):
        if token[0] == b'"':  # a text without an end
            break
        if token[0] in (b"{", b"["):
            stack.append(b"}" if token[0] == b"{" else b"]")
        elif token[0] in (b"}", b"]") and stack:
            stack.pop()
            if stack[-1:] == [b"}"]:  # a part of an entry that may be cut
                continue
            end, still_open = token.end(), stack.copy()
    return data[:end] + b"".join(reversed(still_open)) if end else b""


def lenient_json(data: bytes) -> bytes:
    """Return JSON with line breaks and tabs within texts escaped. Raises ValueError."""
    return json.dumps(json.loads(data, strict=False)).encode()
