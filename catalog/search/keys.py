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


BRACKETS = re.compile(r"\s*[(\[（【][^)\]）】]{1,30}[)\]）】]\s*$")
ROMAN = ("", "", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
SEASON = re.compile(
    r"(?P<stem>.+?) (?:(?P<nth>[2-9])(?:nd|rd|th) season|season (?P<n>[2-9])|s(?P<s>[2-9])|(?P<digit>[2-9])"
    rf"|(?P<word>{'|'.join(ORDINALS[2:])}) season|(?P<roman>{'|'.join(ROMAN[2:])})|(?P<staffel>[2-9]) staffel)"
)


def name_keys(text: str) -> list[str]:
    """Return the keys that a name may have in the catalogue: its own, then without brackets and with other ordinals.

    >>> name_keys("Clannad (2007)")
    ['clannad 2007', 'clannad']
    >>> name_keys("Mushishi II")[:3]
    ['mushishi ii', 'mushishi 2nd season', 'mushishi season 2']
    """
    names = [search_key(text)]
    if bare := BRACKETS.sub("", text).strip():
        names.append(search_key(bare))
    names += [key.removesuffix(" movie").removesuffix(" the") for key in names if key.endswith(" movie")]
    return list(dict.fromkeys([*names, *(key for name in names for key in _other_ordinals(name))]))


def _other_ordinals(name: str) -> list[str]:
    match = SEASON.fullmatch(name)
    if match is None:
        return []
    stem = match["stem"]
    digit = next((match[group] for group in ("nth", "n", "s", "digit", "staffel") if match[group]), "")
    word = match["word"] or match["roman"]
    n = int(digit) if digit else (ORDINALS if match["word"] else ROMAN).index(word)
    suffix = {2: "nd", 3: "rd"}.get(n, "th")
    endings = (f"{n}{suffix} season", f"season {n}", f"s{n}", ROMAN[n], f"{ORDINALS[n]} season", str(n))
    return [f"{stem} {ending}"[:MAX_KEY] for ending in endings]
