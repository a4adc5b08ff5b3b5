"""Normalised names for search."""

import re
import unicodedata
from functools import lru_cache

MAX_KEY = 300
# Characters that Unicode doesn't decompose, and apostrophes, which are removed.
SPELLED_OUT = str.maketrans(
    {"×": "x", "✕": "x", "⁄": " ", "ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "đ": "d",
     "Đ": "d", "ł": "l", "Ł": "l"} | dict.fromkeys("'’‘ʼ´`")
)  # fmt: skip
KANA_MARKS = {"\u3099", "\u309a"}  # が is a letter of its own, not か with an accent
ASCII_GAPS = re.compile(r"[^0-9a-z]+")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@lru_cache(maxsize=4096)
def search_key(text: str) -> str:
    """Return the words of `text` without accents, case and punctuation: "Pokémon × Re:Zero" → "pokemon x re zero".

    Names that are only punctuation keep it.
    """
    if text.isascii():  # most names, and ten times faster
        folded = text.lower().replace("'", "").replace("`", "")
        return _bounded(ASCII_GAPS.sub(" ", folded).split(), text)
    decomposed = unicodedata.normalize("NFKD", text.translate(SPELLED_OUT)).translate(SPELLED_OUT)
    bare = "".join(letter for letter in decomposed if letter in KANA_MARKS or not _is_accent(letter))
    folded = unicodedata.normalize("NFKC", bare).casefold()
    words = "".join(letter if _is_word(letter) else " " for letter in folded).split()
    return _bounded(words, text)


def _bounded(words: list[str], text: str) -> str:
    if not words:  # only punctuation
        words = "".join(letter for letter in text.casefold() if letter.isprintable()).split()
    return " ".join(words)[:MAX_KEY].rstrip()


def _is_accent(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn" and "\u0300" <= letter <= "\u036f"


def _is_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNM"
