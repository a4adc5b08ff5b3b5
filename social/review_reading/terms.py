"""A text as hashed terms: its words and pairs of words, and its runs of letters. numpy only."""

from __future__ import annotations

import re
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
WORD = re.compile(r"\w[\w']*")
LETTERS = (2, 3, 4, 5)  # lengths of the runs
LONGEST_WORD = 40  # characters; longer ones aren't words
_ODD, _PAIR, _LETTER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9)


def words_of(text: str) -> list[tuple[str, int, int]]:
    """Return (lower-case word, start, end) of the words in a text.

    >>> words_of("It’s GOOD.")
    [("it's", 0, 4), ('good', 5, 9)]
    """
    plain = text.replace("’", "'")
    return [(match[0].lower(), *match.span()) for match in WORD.finditer(plain) if len(match[0]) <= LONGEST_WORD]


def word_hashes(words: list[str]) -> Hashes:
    """Return (2n - 1,) hashes of n words, then of the pairs of neighbours; empty for none."""
    known = {
        word: int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()) for word in {*words}
    }
    single = np.array([known[word] for word in words], dtype=np.uint64)
    return np.concatenate([single, mixed(single[:-1] * _PAIR + single[1:])])


def letter_hashes(text: str) -> Hashes:
    """Return hashes of all runs of letters (LETTERS), of a text in lower case with single spaces."""
    codes = np.frombuffer(" ".join(f" {text} ".lower().split(" ")).encode("utf-32-le", "replace"), dtype=np.uint32)
    codes = codes.astype(np.uint64)
    runs, hashes = codes, []
    for length in range(2, max(LETTERS) + 1):
        runs = runs[:-1] * _ODD + codes[length - 1 :] if len(runs) > 1 else runs[:0]
        hashes.append(mixed(runs + _LETTER * np.uint64(length)))
    return np.concatenate(hashes)


def mixed(hashes: Hashes) -> Hashes:
    """Spread differences of the numbers over all bits."""
    spread = (hashes ^ (hashes >> np.uint64(31))) * _ODD
    return spread ^ (spread >> np.uint64(29))
