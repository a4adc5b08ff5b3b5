"""A question's words in English, as the encoder knows them: "zemsta za śmierć rodziny" → "death family".

The encoder gives a word nearly the same vector in each of its languages, so the nearest word of all synopses translates
it. Only workers do this: it needs the encoder.
"""

from __future__ import annotations

import re
import time
from collections import Counter

from catalog.meaning.texts.encoder import Vectors, encode
from catalog.models import Title

MOST_WORDS, LEAST_TITLES = 4_000, 15  # of synopses
ALIKE = 0.65  # at least
KEPT_SECONDS = 3600
MOST_TRANSLATED = 20
# Words of a question; Japanese has no spaces, but a change of script between most words.
WORD = re.compile(r"[ァ-ヶー]+|[一-鿿]+|[ぁ-ん]+|[^\W\d_ァ-ヶー一-鿿ぁ-ん]+")
OF_SYNOPSIS = re.compile(r"[a-z]{3,}")
FOREIGN = {"una", "une", "von", "den", "del", "des", "der", "les", "com", "san", "kun", "chan"}

Vocabulary = tuple[list[str], frozenset[str], Vectors]
_vocabulary: tuple[float, Vocabulary] | None = None  # (when it was made, it)


def in_english(question: str) -> str:
    """Return the English words nearest to those of the question that no synopsis has."""
    words, known, vectors = _current()
    text = question.casefold()
    strange = [word for word in dict.fromkeys(WORD.findall(text)) if word not in known][:MOST_TRANSLATED]
    if not strange or not words:
        return ""
    likeness = encode(strange) @ vectors.T
    best = likeness.argmax(axis=1)
    found = [words[place] for row, place in enumerate(best) if likeness[row, place] >= ALIKE]
    return " ".join(dict.fromkeys(found))


def _current() -> Vocabulary:
    global _vocabulary
    if _vocabulary is None or time.monotonic() - _vocabulary[0] > KEPT_SECONDS:
        _vocabulary = (time.monotonic(), _read())
    return _vocabulary[1]


def _read() -> Vocabulary:
    """Return the most common words of all synopses: a list, a set, and their vectors."""
    counts: Counter[str] = Counter()
    for synopsis in Title.objects.exclude(synopsis="").order_by().values_list("synopsis", flat=True).iterator():
        counts.update(set(OF_SYNOPSIS.findall(synopsis.lower())) - FOREIGN)
    words = [word for word, n in counts.most_common(MOST_WORDS) if n >= LEAST_TITLES]
    return words, frozenset(words), encode(words) if words else encode([])
